import { readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Where the jobs of this process put what does not fit into memory. */
export function scratchFolder(dataDir: string): string {
  return join(dataDir, 'scratch', `${hostname()}-${process.pid}`);
}

/** Removes what processes of this machine left behind when they were killed. */
export function sweepScratch(dataDir: string): void {
  const parent = join(dataDir, 'scratch');
  for (const name of folders(parent)) {
    const [, host, pid] = /^(.*)-(\d+)$/.exec(name) ?? [];
    if (host !== hostname() || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function folders(parent: string): string[] {
  try {
    return readdirSync(parent);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
