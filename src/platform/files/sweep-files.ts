import type { FileStore } from './file-store.ts';

const FILES_PER_QUESTION = 500;
const DELETIONS_PER_RUN = 1000;

export interface Sweep {
  readonly prefix: string;
  /** Later files are left alone: what names them may not be written yet. */
  readonly before: Date;
  /** Those of the keys that nothing names. */
  findUnnamed(keys: readonly string[]): Promise<readonly string[]>;
  readonly signal: AbortSignal;
}

/**
 * Deletes files that nothing names, e.g. uploads that were cut off between the store and the database, and what killed
 * writers left unfinished. Returns how many.
 */
export async function sweepFiles(files: FileStore, sweep: Sweep): Promise<number> {
  let deleted = await files.sweepUnfinished(sweep.prefix, sweep.before);
  let batch: string[] = [];

  async function deleteUnnamed(): Promise<void> {
    for (const key of await sweep.findUnnamed(batch)) {
      await files.delete(key);
      deleted++;
    }
    batch = [];
  }

  for await (const { key, modifiedAt } of files.list(sweep.prefix)) {
    sweep.signal.throwIfAborted();
    if (modifiedAt < sweep.before) batch.push(key);
    if (batch.length === FILES_PER_QUESTION) await deleteUnnamed();
    if (deleted >= DELETIONS_PER_RUN) return deleted;
  }
  await deleteUnnamed();
  return deleted;
}
