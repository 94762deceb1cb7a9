import type { Database } from '#platform/postgres/database.ts';
import { enqueueJob, releaseJob } from '../jobs/enqueue.query.ts';
import { enqueueWebhook } from '../webhooks/deliveries.query.ts';
import { CLEAN_UP_IMPORT } from './clean-up-import.job.ts';
import { findImport } from './import-job.query.ts';
import { endImport, listFollowers } from './import-run.query.ts';
import { settleReport } from './late-errors.query.ts';

export interface ImportEnd {
  readonly status: 'completed' | 'failed' | 'canceled';
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What a message about the end, and the job, say of an import. */
type ImportResult = Readonly<Record<string, string | number | boolean | null>>;

/** Writes the end of an import, in the transaction that ends its job: tells the caller, lets those go that wait. */
export async function closeImport(tx: Database, id: string, end: ImportEnd): Promise<ImportResult> {
  await endImport(tx, id, end);
  await settleReport(tx, id);
  const ended = await findImport(tx, id);
  if (!ended) throw new Error(`import ${id} is gone`);
  const result: ImportResult = {
    job_id: id,
    resource_type: ended.resource_type,
    status: end.status,
    dry_run: ended.options.dry_run,
    total_records: ended.total_records,
    created_count: ended.created_count,
    updated_count: ended.updated_count,
    unchanged_count: ended.unchanged_count,
    skipped_count: ended.skipped_count,
    fail_count: ended.fail_count,
    unprocessed_count: ended.unprocessed_count,
    error_code: ended.error_code,
  };
  const { callback_url: url, created_by: createdBy } = ended;
  if (url !== null) {
    await enqueueWebhook(tx, { jobId: id, url, event: `import.${end.status}`, body: result, createdBy });
  }
  // They look at how this one ended; one that failed fails them.
  for (const follower of await listFollowers(tx, id)) await releaseJob(tx, follower);
  if (end.status !== 'completed') {
    await enqueueJob(tx, { type: CLEAN_UP_IMPORT, payload: { import_id: id }, createdBy });
  }
  return result;
}
