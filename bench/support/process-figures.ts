import { readdirSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Soft and hard limit of open files. */
export function openFilesLimit(pid: number): string {
  const [, soft, hard] =
    /^Max open files +(\d+) +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
  return `${soft} (hard ${hard})`;
}

/** Time on a processor since the start, of all threads of a process. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Time on a processor that these processes take from now on, as far as they live until the end. */
export function watchProcessor(processes: () => readonly number[]): () => number {
  const times = (): Map<number, number> => new Map(processes().map((pid) => [pid, cpuSeconds(pid)]));
  const before = times();
  return () => [...times()].reduce((sum, [pid, time]) => sum + time - (before.get(pid) ?? 0), 0);
}
