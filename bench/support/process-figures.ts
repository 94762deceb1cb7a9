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
