import type { Database } from '#platform/postgres/database.ts';
import { rawSql, sql } from '#platform/postgres/sql.ts';
import type { ImportFormat } from './import-file.ts';
import type { ImportStatus } from './import-job.query.ts';
import type { ImportOptions } from './import-options.ts';

/** What a job needs to know of its import. */
export interface ImportRun {
  readonly no: number;
  readonly id: string;
  readonly status: ImportStatus;
  readonly resourceType: string;
  readonly format: ImportFormat | null;
  readonly filename: string | null;
  readonly sourceUrl: string | null;
  readonly fileKey: string | null;
  readonly checksum: string | null;
  readonly options: ImportOptions;
  readonly afterStatus: ImportStatus | null;
  /** The import that this one comes after wrote nothing. */
  readonly isAfterDryRun: boolean;
  readonly callbackUrl: string | null;
  readonly checked: boolean;
  readonly nextRecord: number;
  /** The batch after `nextRecord` that is loaded already; both null: none. */
  readonly aheadFrom: number | null;
  readonly aheadTo: number | null;
  readonly firstNo: number | null;
  readonly hasSecrets: boolean | null;
  readonly totalRecords: number | null;
  readonly failCount: number;
  readonly reportNo: number | null;
  readonly isFileDeleted: boolean;
  readonly createdBy: string | null;
}

export function findImportRun(db: Database, id: string): Promise<ImportRun | undefined> {
  return db.maybeOne<ImportRun>(
    'findImportRun',
    sql`
      SELECT i.no, i.id, i.status, i.resource_type AS "resourceType", i.format, i.filename, i.source_url AS "sourceUrl",
             i.file_key AS "fileKey", i.checksum, i.options, a.status AS "afterStatus",
             coalesce(a.options -> 'dry_run' = 'true', false) AS "isAfterDryRun", i.callback_url AS "callbackUrl", i.checked,
             i.next_record::float8 AS "nextRecord", lower(i.loaded_ahead)::float8 AS "aheadFrom",
             upper(i.loaded_ahead)::float8 AS "aheadTo", i.first_no::float8 AS "firstNo", i.has_secrets AS "hasSecrets",
             i.total_records::float8 AS "totalRecords", i.fail_count::float8 AS "failCount",
             i.report_no::float8 AS "reportNo", i.file_deleted_at IS NOT NULL AS "isFileDeleted", i.created_by AS "createdBy"
      FROM import_jobs i LEFT JOIN import_jobs a ON a.id = i.after_id
      WHERE i.id = ${id}`,
  );
}

/** Drops the tables of every attempt at the import. */
export async function dropStages(tx: Database, importNo: number): Promise<void> {
  const tables = await tx.many<{ name: string }>(
    'listStages',
    sql`
      SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname = 'staging' AND starts_with(tablename, ${`i${importNo}_`})`,
  );
  if (tables.length === 0) return;
  await tx.run('dropStages', rawSql(`DROP TABLE IF EXISTS ${tables.map(({ name }) => name).join(', ')}`));
}

export async function beginImport(tx: Database, id: string): Promise<void> {
  await tx.run(
    'beginImport',
    sql`
      UPDATE import_jobs
      SET status = 'processing', started_at = coalesce(started_at, clock_timestamp()), error_code = NULL, error_message = NULL
      WHERE id = ${id}`,
  );
}

export async function saveFetched(
  tx: Database,
  id: string,
  file: { readonly key: string; readonly filename: string; readonly size: number; readonly sha256: string },
): Promise<void> {
  await tx.run(
    'saveFetched',
    sql`
      UPDATE import_jobs
      SET file_key = ${file.key}, filename = ${file.filename}, file_size = ${file.size}, checksum = ${file.sha256}
      WHERE id = ${id}`,
  );
}

/** `hasSecrets` null: only reading tells. */
export async function saveDetected(
  tx: Database,
  id: string,
  detected: object,
  hasSecrets: boolean | null,
): Promise<void> {
  await tx.run(
    'saveDetected',
    sql`
      UPDATE import_jobs SET detected = ${JSON.stringify(detected)}, has_secrets = ${hasSecrets} WHERE id = ${id}`,
  );
}

export interface RecordCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
}

/** Ends the judging: from here on the report and what is refused stand. */
export async function markChecked(
  tx: Database,
  id: string,
  verdict: {
    readonly reportNo: number;
    readonly totalRecords: number;
    readonly failCount: number;
    readonly hasSecrets: boolean;
    /** Of a dry run, which loads nothing: what would have become of the others. */
    readonly forecast: RecordCounts | null;
  },
): Promise<void> {
  const { created, updated, unchanged, skipped } = verdict.forecast ?? NO_RECORDS;
  await tx.run(
    'markImportChecked',
    sql`
      UPDATE import_jobs
      SET checked = true, report_no = ${verdict.reportNo}, total_records = ${verdict.totalRecords},
          fail_count = ${verdict.failCount}, has_secrets = ${verdict.hasSecrets}, created_count = ${created},
          updated_count = ${updated}, unchanged_count = ${unchanged}, skipped_count = ${skipped}
      WHERE id = ${id}`,
  );
}

const NO_RECORDS: RecordCounts = { created: 0, updated: 0, unchanged: 0, skipped: 0 };

/** Notes a loaded batch `[from, to)`, in the transaction of its rows; at most one may be ahead of its forerunner. */
export async function addLoaded(
  tx: Database,
  importNo: number,
  batch: { readonly from: number; readonly to: number },
  counts: RecordCounts & { readonly refused: number },
): Promise<void> {
  const { from, to } = batch;
  await tx.run(
    'addLoaded',
    sql`
      UPDATE import_jobs
      SET created_count = created_count + ${counts.created}, updated_count = updated_count + ${counts.updated},
          unchanged_count = unchanged_count + ${counts.unchanged}, skipped_count = skipped_count + ${counts.skipped},
          fail_count = fail_count + ${counts.refused},
          next_record = CASE WHEN next_record <> ${from}::bigint THEN next_record
                             WHEN lower(loaded_ahead) = ${to}::bigint THEN upper(loaded_ahead)
                             ELSE ${to}::bigint END,
          loaded_ahead = CASE WHEN next_record = ${from}::bigint THEN NULL
                              ELSE int8range(${from}::bigint, ${to}::bigint) END
      WHERE no = ${importNo}`,
  );
}

export async function markFileDeleted(tx: Database, id: string): Promise<void> {
  await tx.run(
    'markFileDeleted',
    sql`UPDATE import_jobs SET file_deleted_at = coalesce(file_deleted_at, clock_timestamp()) WHERE id = ${id}`,
  );
}

export async function markPaused(tx: Database, id: string, isPaused: boolean): Promise<void> {
  await tx.run(
    'markImportPaused',
    sql`UPDATE import_jobs SET status = ${isPaused ? 'paused' : 'pending'} WHERE id = ${id}`,
  );
}

/** Whatever is neither loaded nor refused stays unprocessed. */
export async function endImport(
  tx: Database,
  id: string,
  end: {
    readonly status: 'completed' | 'failed' | 'canceled';
    readonly error: { readonly code: string; readonly message: string } | null;
  },
): Promise<void> {
  await tx.run(
    'endImport',
    sql`
      UPDATE import_jobs
      SET status = ${end.status}, error_code = ${end.error?.code ?? null}, error_message = ${end.error?.message ?? null},
          completed_at = clock_timestamp(),
          unprocessed_count = coalesce(total_records, 0) - created_count - updated_count - unchanged_count
                              - skipped_count - fail_count
      WHERE id = ${id}`,
  );
}

/** Before a further attempt that a caller wants; what nothing was loaded of is judged anew. */
export async function resetImport(tx: Database, id: string): Promise<void> {
  const isUntouched = sql`next_record = 1 AND loaded_ahead IS NULL`;
  await tx.run(
    'forgetRejects',
    sql`
      DELETE FROM import_rejects
      WHERE import_no = (SELECT no FROM import_jobs WHERE id = ${id} AND ${isUntouched})`,
  );
  await tx.run(
    'resetImport',
    sql`
      UPDATE import_jobs
      SET status = 'pending', error_code = NULL, error_message = NULL, completed_at = NULL, unprocessed_count = 0,
          checked = checked AND NOT (${isUntouched}),
          report_no = CASE WHEN NOT (${isUntouched}) THEN report_no END,
          total_records = CASE WHEN NOT (${isUntouched}) THEN total_records END,
          fail_count = CASE WHEN ${isUntouched} THEN 0 ELSE fail_count END
      WHERE id = ${id}`,
  );
}

/** Imports that wait for this one. */
export async function listFollowers(tx: Database, id: string): Promise<string[]> {
  const rows = await tx.many<{ id: string }>(
    'listFollowers',
    sql`SELECT id FROM import_jobs WHERE after_id = ${id} AND status IN ('pending', 'paused')`,
  );
  return rows.map((row) => row.id);
}
