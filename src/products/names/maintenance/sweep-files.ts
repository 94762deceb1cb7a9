import type { FileStore } from '#platform/files/file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { findUnnamedFiles, momentBefore } from './files.query.ts';

const FILES_PER_STATEMENT = 500;
const DELETIONS_PER_RUN = 1000;

/**
 * Deletes what lies in the store without a dataset for longer than `afterMs`: uploads that were cut off between the
 * store and the database. Returns how many.
 */
export async function sweepFiles(
  { pool, files }: { readonly pool: Pool; readonly files: FileStore },
  afterMs: number,
  signal: AbortSignal,
): Promise<number> {
  const before = await momentBefore(pool, afterMs);
  let deleted = 0;
  let batch: string[] = [];

  async function deleteUnnamed(): Promise<void> {
    for (const key of await findUnnamedFiles(pool, batch)) {
      await files.delete(key);
      deleted++;
    }
    batch = [];
  }

  for await (const { key, modifiedAt } of files.list('datasets/')) {
    signal.throwIfAborted();
    if (modifiedAt < before) batch.push(key);
    if (batch.length === FILES_PER_STATEMENT) await deleteUnnamed();
    if (deleted >= DELETIONS_PER_RUN) return deleted;
  }
  await deleteUnnamed();
  return deleted;
}
