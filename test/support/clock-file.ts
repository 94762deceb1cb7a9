import { globSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [LIBRARY] = globSync('/usr/lib/*/faketime/libfaketime.so.1');

/** Why clocks cannot be set here; undefined where they can. */
export const WITHOUT_CLOCKS = LIBRARY
  ? undefined
  : 'libfaketime is not installed: scripts/services/install.sh, as root';

/** The clock of processes that are started with `env`, while they run. Their timers and durations stay true. */
export interface ClockFile {
  readonly env: Readonly<Record<string, string>>;
  /** Seconds that it is fast; slow where negative. */
  set(seconds: number): void;
}

export function createClock(folder: string): ClockFile {
  const file = join(folder, 'clock');
  const set = (seconds: number): void => {
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  return {
    env: {
      LD_PRELOAD: LIBRARY ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    set,
  };
}
