import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { AppError, notFound } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import { requestFold } from '../maintenance/request-fold.ts';
import {
  clearPublishDoubts,
  DAYS_TO_RESTORE,
  isRestorable,
  lockDataset,
  queueDataset,
  setDeleted,
  setMetadata,
} from './dataset-commands.query.ts';
import { isBusy } from './dataset-view.ts';
import { type DatasetRow, findDataset } from './datasets.query.ts';
import { lockCountry, markPublished, raiseDataVersion, settleSlices } from './publish.query.ts';

/** Lets a dataset supply its slices again. Throws conflict: dataset_deleted, dataset_busy, not_publishable. */
export function publishDataset(pool: Pool, dataset: DatasetRow): Promise<void> {
  return changePublished(pool, dataset, async (tx, { id, release_no: releaseNo, ...now }) => {
    refuseDeleted(id, now.deleted_at);
    refuseBusy(id, now);
    if (now.status !== 'completed' || releaseNo === null || now.options.dry_run) {
      const reason = now.options.dry_run ? 'a dry run publishes nothing' : `it is ${now.status}`;
      throw new AppError('conflict', 'not_publishable', `Dataset ${id} cannot be published: ${reason}.`);
    }
    await markPublished(tx, releaseNo);
    await clearPublishDoubts(tx, id);
  });
}

/** Takes a dataset out; its slices fall back to the datasets that supplied them before. Twice is no mistake. */
export function deleteDataset(pool: Pool, dataset: DatasetRow): Promise<void> {
  return changePublished(pool, dataset, async (tx, { id, deleted_at: deletedAt }) => {
    if (deletedAt === null) await setDeleted(tx, id, true);
  });
}

/** Brings a deleted dataset back to its place. Throws gone: restore_expired. */
export function restoreDataset(pool: Pool, dataset: DatasetRow): Promise<void> {
  return changePublished(pool, dataset, async (tx, { id }) => {
    const restorable = await isRestorable(tx, id);
    if (restorable === undefined) return;
    if (!restorable) {
      const message = `Dataset ${id} was deleted more than ${DAYS_TO_RESTORE} days ago and can no longer be restored.`;
      throw new AppError('gone', 'restore_expired', message);
    }
    await setDeleted(tx, id, false);
  });
}

/** Changes metadata key by key, null removes one. Sources of answers change with it. */
export function changeMetadata(
  pool: Pool,
  dataset: DatasetRow,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  return changePublished(pool, dataset, async (tx, { id, metadata }) => {
    const merged = Object.entries({ ...metadata, ...changes }).filter(([, value]) => value !== null);
    await setMetadata(tx, id, Object.fromEntries(merged));
  });
}

export interface ReprocessWish {
  readonly reason: string | undefined;
  readonly parser: string | undefined;
  readonly keyId: string | null;
}

/**
 * Queues another reading of the file; returns the job's id. Published numbers stay until the new ones replace them.
 * Throws conflict: dataset_deleted, dataset_busy.
 */
export function reprocessDataset(pool: Pool, dataset: DatasetRow, wish: ReprocessWish): Promise<string> {
  return pool.transaction(async (tx) => {
    await lockDataset(tx, dataset.id);
    const now = await present(tx, dataset.id);
    refuseDeleted(now.id, now.deleted_at);
    refuseBusy(now.id, now);
    // A file that was never read to its end is read for the first time once more.
    const again = now.status === 'completed';
    const jobId = newId();
    await queueDataset(tx, now.id, again ? 'reprocessing' : 'pending', jobId);
    const { reason, parser } = wish;
    return enqueueJob(tx, {
      id: jobId,
      type: again ? 'reprocess_dataset' : 'parse_dataset',
      payload: { dataset_id: now.id, reason, parser },
      datasetId: now.id,
      createdBy: wish.keyId,
    });
  });
}

/** `change` and what follows from it for the country's numbers, in one transaction and one at a time. */
function changePublished(
  pool: Pool,
  { id, country_no: countryNo }: DatasetRow,
  change: (tx: Database, now: DatasetRow) => Promise<void>,
): Promise<void> {
  return pool.transaction(async (tx) => {
    if (countryNo !== null) await lockCountry(tx, countryNo);
    await lockDataset(tx, id);
    const now = await present(tx, id);
    // Its file was fetched in this moment.
    if (now.country_no !== countryNo) throw busy(id, now);
    await change(tx, now);
    if (countryNo === null) return;
    if (now.release_no !== null) await settleSlices(tx, [now.release_no]);
    await raiseDataVersion(tx, countryNo);
    await requestFold(tx, countryNo);
  });
}

async function present(tx: Database, id: string): Promise<DatasetRow> {
  const dataset = await findDataset(tx, id);
  if (!dataset) throw notFound('dataset', id);
  return dataset;
}

function refuseDeleted(id: string, deletedAt: Date | null): void {
  if (deletedAt === null) return;
  const message = `Dataset ${id} is deleted. Restore it first: POST /v1/datasets/${id}/restore.`;
  throw new AppError('conflict', 'dataset_deleted', message);
}

function refuseBusy(id: string, dataset: Pick<DatasetRow, 'status'>): void {
  if (isBusy(dataset)) throw busy(id, dataset);
}

function busy(id: string, { status }: Pick<DatasetRow, 'status'>): AppError {
  const message = `Dataset ${id} is ${status}. Wait for it, or cancel it: POST /v1/datasets/${id}/cancel.`;
  return new AppError('conflict', 'dataset_busy', message);
}
