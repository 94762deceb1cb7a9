import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** A deleted dataset can be brought back for this long; then it goes for good, with its file. */
export const DAYS_TO_RESTORE = 30;

/** Locks the dataset's row; what is decided about it afterwards holds until the end of the transaction. */
export async function lockDataset(tx: Database, id: string): Promise<void> {
  await tx.run('lockDataset', sql`SELECT FROM datasets WHERE id = ${id} FOR UPDATE`);
}

/**
 * Whether it can still be restored; undefined when it is not deleted. By the clock, not by the start of the
 * transaction: with the dataset's row locked, this and the purge agree on which of them came first.
 */
export async function isRestorable(tx: Database, id: string): Promise<boolean | undefined> {
  const row = await tx.maybeOne<{ restorable: boolean }>(
    'isRestorable',
    sql`
      SELECT deleted_at > clock_timestamp() - ${DAYS_TO_RESTORE} * interval '1 day' AS restorable
      FROM datasets WHERE id = ${id} AND deleted_at IS NOT NULL`,
  );
  return row?.restorable;
}

export async function setDeleted(tx: Database, id: string, deleted: boolean): Promise<void> {
  await tx.run(
    'setDatasetDeleted',
    sql`UPDATE datasets SET deleted_at = CASE WHEN ${deleted} THEN now() END WHERE id = ${id}`,
  );
}

/** Puts a dataset back into the hands of a job. */
export async function queueDataset(
  tx: Database,
  id: string,
  status: 'pending' | 'reprocessing',
  jobId: string,
): Promise<void> {
  await tx.run(
    'queueDataset',
    sql`UPDATE datasets SET status = ${status}, job_id = ${jobId} WHERE id = ${id}`,
  );
}

/** Nobody has doubts about numbers that were published by hand. */
export async function clearPublishDoubts(tx: Database, id: string): Promise<void> {
  await tx.run(
    'clearPublishDoubts',
    sql`
      UPDATE datasets SET warnings = (
        SELECT coalesce(jsonb_agg(warning), '[]') FROM jsonb_array_elements(warnings) AS warning
        WHERE warning ->> 'code' NOT IN ('older_edition', 'slice_shrinks'))
      WHERE id = ${id}`,
  );
}

/** Replaces the metadata; the edition follows it as it does in the import. */
export async function setMetadata(
  tx: Database,
  id: string,
  metadata: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx.run(
    'setDatasetMetadata',
    sql`
      UPDATE datasets
      SET metadata = ${JSON.stringify(metadata)},
          edition = coalesce(nullif(${JSON.stringify(metadata)}::jsonb ->> 'edition', ''),
                             CASE WHEN last_year > first_year THEN last_year::text END)
      WHERE id = ${id}`,
  );
  await tx.run(
    'setReleaseEdition',
    sql`
      UPDATE releases r SET edition = d.edition FROM datasets d
      WHERE d.id = ${id} AND r.no = d.release_no AND r.edition IS DISTINCT FROM d.edition`,
  );
}
