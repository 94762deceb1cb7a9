import type { Database } from '#platform/postgres/database.ts';
import { type ListPage, newestFirst, type Positioned } from '#platform/postgres/newest-first.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { ChangesWithJumps } from '../editions/summary.ts';
import type { UploadOptions } from '../import/upload-options.ts';

/** A dataset as its uploader may see it, times as the database gives them. */
export interface DatasetRow {
  readonly id: string;
  /** Null, as what follows, until a file that comes from an address is fetched; null where nobody said it before. */
  readonly country: string | null;
  readonly country_no: number | null;
  readonly filename: string;
  readonly source_url: string | null;
  readonly file_path: string | null;
  readonly file_size: number | null;
  readonly checksum: string | null;
  readonly status: DatasetStatus;
  /** Supplies at least one slice. */
  readonly published: boolean;
  readonly parser: string | null;
  readonly parser_version: string | null;
  readonly edition: string | null;
  readonly first_year: number | null;
  readonly last_year: number | null;
  readonly row_count: number | null;
  readonly skipped_count: number | null;
  readonly error_count: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly warnings: readonly Readonly<Record<string, unknown>>[];
  readonly last_reprocess: Readonly<Record<string, unknown>> | null;
  /** Of the last reading; null before there is one. */
  readonly changes: ChangesWithJumps | null;
  readonly options: UploadOptions;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly amends: string | null;
  readonly job_id: string | null;
  readonly release_no: number | null;
  readonly report_no: number | null;
  readonly uploaded_by: string | null;
  readonly uploaded_at: Date;
  readonly processed_at: Date | null;
  readonly deleted_at: Date | null;
}

export const DATASET_STATUSES = [
  'pending',
  'processing',
  'paused',
  'completed',
  'failed',
  'canceled',
  'reprocessing',
] as const;
type DatasetStatus = (typeof DATASET_STATUSES)[number];

export interface DatasetFilter {
  /** Code in capital letters, or id. */
  readonly country: string | undefined;
  readonly status: string | undefined;
  readonly parser: string | undefined;
  readonly deleted: boolean;
  /** Only those of this key; undefined: everybody's. */
  readonly uploadedBy: string | undefined;
}

const columns = sql`
  d.id, c.code AS country, c.no AS country_no, d.filename, d.source_url, d.file_path, d.file_size::float8 AS file_size,
  d.checksum, d.status, EXISTS (SELECT FROM releases r JOIN slices s ON s.release_no = r.no WHERE r.dataset_id = d.id) AS published,
  d.parser, d.parser_version, d.edition, d.first_year, d.last_year, d.row_count, d.skipped_count, d.error_count,
  d.error_code, d.error_message, d.warnings, d.last_reprocess, d.changes, d.options, d.metadata, d.amends, d.job_id, d.release_no,
  d.report_no::float8 AS report_no, d.uploaded_by, d.uploaded_at, d.processed_at, d.deleted_at`;

/** The newest first. */
export function listDatasets(
  db: Database,
  filter: DatasetFilter,
  page: ListPage,
): Promise<Positioned<DatasetRow>[]> {
  const { position, isBeyond, order } = newestFirst(page, sql`d.uploaded_at`, sql`d.id`);
  return db.many<Positioned<DatasetRow>>(
    'listDatasets',
    sql`
      SELECT ${columns}, ${position}
      FROM datasets d LEFT JOIN countries c ON c.id = d.country_id
      WHERE ${conditions(filter)} AND ${isBeyond} ${order}`,
  );
}

export function findDataset(db: Database, id: string): Promise<DatasetRow | undefined> {
  return db.maybeOne<DatasetRow>(
    'findDataset',
    sql`SELECT ${columns} FROM datasets d LEFT JOIN countries c ON c.id = d.country_id WHERE d.id = ${id}`,
  );
}

function conditions({ country, status, parser, deleted, uploadedBy }: DatasetFilter): Sql {
  const all: Sql[] = [deleted ? sql`d.deleted_at IS NOT NULL` : sql`d.deleted_at IS NULL`];
  if (country !== undefined) all.push(sql`(c.code = ${country} OR c.id::text = ${country})`);
  if (status !== undefined) all.push(sql`d.status = ${status}`);
  if (parser !== undefined) all.push(sql`d.parser = ${parser}`);
  if (uploadedBy !== undefined) all.push(sql`d.uploaded_by = ${uploadedBy}`);
  return joinSql(all, ' AND ');
}
