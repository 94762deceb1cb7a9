import type { FileStore } from '#platform/files/file-store.ts';
import { sweepFiles } from '#platform/files/sweep-files.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import { momentBefore } from '#platform/postgres/server-state.ts';

/** A file that nothing names may be one that is being taken in or written, or just was. */
const UNNAMED_AFTER_MS = 24 * 60 * 60 * 1000;

export interface FileMaintenance {
  readonly pool: Pool;
  readonly files: FileStore;
  /** How old a file has to be; default: a day. */
  readonly unnamedAfterMs?: number;
}

/**
 * What every job that maintains files ends with: of those under `prefix` the ones that nothing names are deleted, and what
 * killed writers left unfinished. By the clock of the database. Returns how many.
 */
export async function removeUnnamedFiles(
  { pool, files, unnamedAfterMs = UNNAMED_AFTER_MS }: FileMaintenance,
  prefix: string,
  findUnnamed: (db: Database, keys: readonly string[]) => Promise<string[]>,
  signal: AbortSignal,
): Promise<number> {
  const before = await momentBefore(pool, unnamedAfterMs);
  return sweepFiles(files, { prefix, before, findUnnamed: (keys) => findUnnamed(pool, keys), signal });
}
