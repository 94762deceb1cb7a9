import { spawn, type SpawnOptions } from 'node:child_process';

/** A server program that a test started and that lives until the test ends it. */
export interface Daemon {
  readonly pid: number;
  hasEnded(): boolean;
  /** What it wrote last, for messages. */
  output(): string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const KEPT_OUTPUT = 4000;

/** Starts a program that stays in the foreground; it ends with this process at the latest. */
export function startDaemon(
  program: string,
  words: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> = {},
): Daemon {
  const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  }
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  const gone = new Promise<void>((resolve) => {
    child.once('close', resolve);
    child.once('error', (error) => {
      output += error.message;
      resolve();
    });
  }).then(() => void process.off('exit', killNow));
  return {
    pid: child.pid ?? 0,
    hasEnded: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
    output: () => output,
    async kill() {
      killNow();
      await gone;
    },
  };
}
