import { AppError } from '#platform/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import { enqueueJob } from '../jobs/enqueue.query.ts';
import { insertImport, lockImportStatus, type NewImport } from './import-job.query.ts';

export const IMPORT_JOB = 'import';

/**
 * Stores an import with its job, in one transaction with whatever else belongs to the request. One that comes after
 * another waits in the queue until that one ended. Throws AppError unprocessable `after_unknown`.
 */
export async function startImport(tx: Database, row: NewImport): Promise<void> {
  const before = row.afterId === null ? 'completed' : await lockImportStatus(tx, row.afterId);
  if (before === undefined) {
    throw new AppError('unprocessable', 'after_unknown', `There is no import ${row.afterId} to wait for.`, [
      { field: 'after', message: 'no such import' },
    ]);
  }
  await insertImport(tx, row);
  const isHeld = before === 'pending' || before === 'processing' || before === 'paused';
  const job = { type: IMPORT_JOB, id: row.id, payload: { import_id: row.id }, createdBy: row.createdBy };
  await enqueueJob(tx, { ...job, isHeld });
}
