import { readFileSync, writeFileSync } from 'node:fs';
import { childrenOf } from '#test/support/process-tree.ts';

const EVERY_MS = 100;
const KILOBYTE = 1024;

/** Highest resident memory of a process since its start, in bytes, as the kernel counts it; 0 when it is gone. */
export function peakResident(pid: number): number {
  return statusOf(pid)?.get('VmHWM') ?? 0;
}

/** Resident memory of a process now, in bytes. */
export function resident(pid: number): number {
  return statusOf(pid)?.get('VmRSS') ?? 0;
}

/** From now on `peakResident` tells what comes after this moment. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export interface PostgresPeak {
  /** Memory of all processes at their highest common moment, what they share counted once, in bytes. */
  readonly together: number;
  /** The largest of their own high marks. */
  readonly largestProcess: number;
}

/** Looks at a PostgreSQL server ten times a second until it is stopped. */
export function watchPostgres(postmaster: number): { stop(): PostgresPeak } {
  let together = 0;
  let largestProcess = 0;
  const look = (): void => {
    let own = 0;
    let shared = 0;
    for (const pid of [postmaster, ...childrenOf(postmaster)]) {
      const status = statusOf(pid);
      if (!status) continue;
      own += status.get('RssAnon') ?? 0;
      shared = Math.max(shared, (status.get('RssShmem') ?? 0) + (status.get('RssFile') ?? 0));
      largestProcess = Math.max(largestProcess, status.get('VmHWM') ?? 0);
    }
    together = Math.max(together, own + shared);
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      look();
      clearInterval(timer);
      return { together, largestProcess };
    },
  };
}

function statusOf(pid: number): Map<string, number> | undefined {
  const text = read(`/proc/${pid}/status`);
  if (text === undefined) return undefined;
  const lines = text.matchAll(/^(\w+):\s+(\d+) kB$/gm);
  return new Map([...lines].map(([, name = '', kilobytes]) => [name, Number(kilobytes) * KILOBYTE]));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
