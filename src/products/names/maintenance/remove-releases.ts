import type { JobContext } from '#engine/jobs/define-job.ts';
import type { Database } from '#platform/postgres/database.ts';
import { removeRelease } from '../import/release.query.ts';
import { fenced } from './fenced.ts';
import { deleteRowsInBlocks, findBlocks, ROW_TABLES } from './removal.query.ts';

/** 16 MB of a table: a fraction of a second each. */
const BLOCKS_PER_PIECE = 2048;

/**
 * Deletes releases that no slice points at, with their rows, a piece a transaction; one that was begun and not ended
 * is begun again. Returns how many.
 */
export async function removeReleases(
  db: Database,
  releaseNos: readonly number[],
  context: JobContext,
): Promise<number> {
  for (const no of releaseNos) {
    for (const table of ROW_TABLES) {
      const range = await findBlocks(db, table, no);
      if (!range) continue;
      for (let first = range.first; first <= range.last; first += BLOCKS_PER_PIECE) {
        const last = Math.min(first + BLOCKS_PER_PIECE - 1, range.last);
        await fenced(context, (tx) => deleteRowsInBlocks(tx, table, no, { first, last }));
        context.progress({ phase: `${table} of release ${no}`, records_done: first });
      }
    }
    await fenced(context, (tx) => removeRelease(tx, no));
  }
  return releaseNos.length;
}
