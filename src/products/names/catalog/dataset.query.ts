import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { UploadOptions } from '../import/upload-options.ts';

/** What the import needs to know of a dataset whose file is there. */
export interface DatasetToImport {
  readonly id: string;
  readonly countryNo: number;
  readonly countryCode: string;
  readonly filename: string;
  readonly filePath: string;
  readonly parser: string;
  readonly options: UploadOptions;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly releaseNo: number | null;
  readonly amends: string | null;
}

/** Undefined also for one whose file has yet to be fetched. */
export function findDatasetToImport(db: Database, id: string): Promise<DatasetToImport | undefined> {
  return db.maybeOne<DatasetToImport>(
    'findDatasetToImport',
    sql`
      SELECT d.id, c.no AS "countryNo", c.code AS "countryCode", d.filename, d.file_path AS "filePath", d.parser, d.options, d.metadata,
             d.release_no AS "releaseNo", d.amends
      FROM datasets d JOIN countries c ON c.id = d.country_id WHERE d.id = ${id} AND d.file_path IS NOT NULL`,
  );
}

/** What is known of a dataset before its file is fetched. */
export interface DatasetToFetch {
  readonly sourceUrl: string;
  /** Id; null: detection is to find it. */
  readonly country: string | null;
  /** Null: detection is to find it. */
  readonly parser: string | null;
  readonly options: UploadOptions;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly amends: string | null;
}

/** Undefined where there is nothing to fetch. */
export function findDatasetToFetch(db: Database, id: string): Promise<DatasetToFetch | undefined> {
  return db.maybeOne<DatasetToFetch>(
    'findDatasetToFetch',
    sql`
      SELECT source_url AS "sourceUrl", country_id AS country, parser, options, metadata, amends
      FROM datasets WHERE id = ${id} AND file_path IS NULL`,
  );
}

/** `pending → processing`, or `completed → reprocessing` while the published numbers stay. */
export async function markProcessing(tx: Database, id: string, reprocess: boolean): Promise<void> {
  const status = reprocess ? 'reprocessing' : 'processing';
  await tx.run(
    'markDatasetProcessing',
    sql`UPDATE datasets SET status = ${status}, error_code = NULL, error_message = NULL WHERE id = ${id}`,
  );
}

export interface CompletedReading {
  readonly releaseNo: number;
  readonly reportNo: number;
  /** What the reading changes in what was published. */
  readonly changes: object;
  readonly parser: string;
  readonly parserVersion: string;
  readonly edition: string | null;
  readonly rowCount: number;
  readonly skippedCount: number;
  readonly errorCount: number;
  readonly firstYear: number | null;
  readonly lastYear: number | null;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly lastReprocess: object | null;
}

export async function completeDataset(tx: Database, id: string, reading: CompletedReading): Promise<void> {
  await tx.run(
    'completeDataset',
    sql`
      UPDATE datasets
      SET status = 'completed', processed_at = now(), release_no = ${reading.releaseNo}, report_no = ${reading.reportNo},
          changes = ${JSON.stringify(reading.changes)}, parser = ${reading.parser}, parser_version = ${reading.parserVersion}, edition = ${reading.edition},
          row_count = ${reading.rowCount}, skipped_count = ${reading.skippedCount}, error_count = ${reading.errorCount},
          first_year = ${reading.firstYear}, last_year = ${reading.lastYear},
          warnings = ${JSON.stringify(reading.warnings)}, error_code = NULL, error_message = NULL,
          last_reprocess = coalesce(${reading.lastReprocess === null ? null : JSON.stringify(reading.lastReprocess)}::jsonb, last_reprocess)
      WHERE id = ${id}`,
  );
}

/** Points a dataset at the report of a reading that failed. */
export async function attachReport(
  tx: Database,
  id: string,
  reportNo: number,
  errorCount: number,
): Promise<void> {
  await tx.run(
    'attachReport',
    sql`UPDATE datasets SET report_no = ${reportNo}, error_count = ${errorCount} WHERE id = ${id}`,
  );
}

/** A first reading that ended badly; a reprocessing leaves the dataset completed and notes it in `last_reprocess`. */
export async function endDataset(
  tx: Database,
  id: string,
  end: {
    readonly status: 'failed' | 'canceled';
    readonly code: string | null;
    readonly message: string | null;
  },
): Promise<void> {
  await tx.run(
    'endDataset',
    sql`
      UPDATE datasets
      SET status = CASE WHEN status = 'reprocessing' THEN 'completed' ELSE ${end.status} END,
          error_code = CASE WHEN status = 'reprocessing' THEN error_code ELSE ${end.code} END,
          error_message = CASE WHEN status = 'reprocessing' THEN error_message ELSE ${end.message} END,
          last_reprocess = CASE WHEN status = 'reprocessing'
            THEN jsonb_build_object('status', ${end.status}::text, 'code', ${end.code}::text, 'message', ${end.message}::text, 'at', now())
            ELSE last_reprocess END,
          processed_at = now()
      WHERE id = ${id} AND status IN ('pending', 'processing', 'reprocessing')`,
  );
}

/** The state of the release that a dataset had before this reading. */
export async function findRelease(
  tx: Database,
  releaseNo: number,
): Promise<{ state: string; published_seq: string | null } | undefined> {
  return tx.maybeOne('findRelease', sql`SELECT state, published_seq FROM releases WHERE no = ${releaseNo}`);
}

/** Puts a new reading in the place of the dataset's former ones; returns the numbers of those. */
export async function retireFormerReleases(
  tx: Database,
  datasetId: string,
  releaseNo: number,
): Promise<number[]> {
  const rows = await tx.many<{ no: number }>(
    'retireFormerReleases',
    sql`
      UPDATE releases SET state = 'retired', retired_at = now()
      WHERE dataset_id = ${datasetId} AND no <> ${releaseNo} AND state IN ('published', 'waiting')
      RETURNING no`,
  );
  return rows.map(({ no }) => no);
}

export async function finishRelease(
  tx: Database,
  releaseNo: number,
  release: {
    readonly edition: string | null;
    readonly state: 'waiting' | 'published';
    readonly publishedSeq: string | null;
  },
): Promise<void> {
  await tx.run(
    'finishRelease',
    sql`
      UPDATE releases SET state = ${release.state}, edition = ${release.edition}, published_seq = ${release.publishedSeq}
      WHERE no = ${releaseNo}`,
  );
}
