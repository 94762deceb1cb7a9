import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { AppError } from '#platform/errors.ts';
import { randomToken } from '#platform/ids.ts';
import { isRunning, startMark } from './embedded-process.ts';

const ATTEMPTS = 10;

interface Owner {
  readonly pid: number;
  /** Tells the process from a later one that got the same number; null where the system does not say. */
  readonly mark: string | null;
}

/**
 * Makes this process the owner of a folder, recorded in `file`; the returned function gives it up.
 * The lock of a dead owner is taken over. Throws AppError `data_dir_in_use` when the owner is alive.
 */
export function acquireOwnerLock(file: string, dataDir: string): () => void {
  const mine = JSON.stringify({ pid: process.pid, mark: startMark(process.pid) ?? null } satisfies Owner);
  const draft = `${file}.${process.pid}.${randomToken(6)}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // A link either makes the whole file or fails, so nobody ever reads half of it.
      if (succeeds(() => linkSync(draft, file), 'EEXIST')) return () => release(file, mine);
      removeIfStale(file, dataDir);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw inUse(dataDir, 'another process');
}

function removeIfStale(file: string, dataDir: string): void {
  const seen = read(file);
  if (seen === undefined) return;
  const owner = parse(seen);
  if (owner && isOwnerAlive(owner)) throw inUse(dataDir, `process ${owner.pid}`, owner.pid);

  const aside = `${file}.stale.${randomToken(6)}`;
  if (!succeeds(() => renameSync(file, aside), 'ENOENT')) return;
  // Someone may have taken over between reading and renaming: then it is theirs again.
  if (read(aside) !== seen) succeeds(() => linkSync(aside, file), 'EEXIST');
  rmSync(aside, { force: true });
}

function isOwnerAlive({ pid, mark }: Owner): boolean {
  return isRunning(pid) && (mark === null || startMark(pid) === mark);
}

function release(file: string, mine: string): void {
  if (read(file) === mine) rmSync(file, { force: true });
}

function parse(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner>;
    return Number.isInteger(owner.pid) ? { pid: owner.pid as number, mark: owner.mark ?? null } : undefined;
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function succeeds(action: () => void, refusal: string): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === refusal) return false;
    throw error;
  }
}

function inUse(dataDir: string, owner: string, pid?: number): AppError {
  return new AppError(
    'conflict',
    'data_dir_in_use',
    `The data folder ${dataDir} is in use by ${owner}. Stop it first, or choose another DATA_DIR.`,
    { data_dir: dataDir, ...(pid && { pid }) },
  );
}
