import { enqueueJobOnce } from '#engine/jobs/enqueue-once.query.ts';
import type { Database } from '#platform/postgres/database.ts';
import { findFoldableAreas } from './fold.query.ts';

/** Behind what users start. */
const FOLD_PRIORITY = -50;
/** Who uploads a hundred years one by one gets a few folds, not a hundred of growing size. */
const FOLD_DELAY_MS = 30_000;

/** Queues the fold of a country's one-year slices where there are any, in the transaction that moved its pointers. */
export async function requestFold(tx: Database, countryNo: number): Promise<void> {
  const areas = await findFoldableAreas(tx, countryNo);
  if (areas.length === 0) return;
  const payload = { country_no: countryNo };
  await enqueueJobOnce(
    tx,
    { type: 'fold_series', payload, priority: FOLD_PRIORITY, createdBy: null },
    { delayMs: FOLD_DELAY_MS },
  );
}
