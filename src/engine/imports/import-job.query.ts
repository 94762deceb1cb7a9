import type { Database } from '#platform/postgres/database.ts';
import { type ListPage, newestFirst, type Positioned } from '#platform/postgres/newest-first.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { ImportFormat } from './import-file.ts';
import type { ImportOptions } from './import-options.ts';

export type ImportStatus = 'pending' | 'processing' | 'paused' | 'completed' | 'failed' | 'canceled';

export const IMPORT_STATUSES: readonly ImportStatus[] = [
  'pending',
  'processing',
  'paused',
  'completed',
  'failed',
  'canceled',
];

export interface NewImport {
  /** Also the id of its job. */
  readonly id: string;
  readonly resourceType: string;
  /** As the caller said; null: by content. */
  readonly format: ImportFormat | null;
  readonly filename: string | null;
  /** Where the job fetches the upload from; then `fileKey`, `fileSize` and `checksum` are null. */
  readonly sourceUrl: string | null;
  readonly fileKey: string | null;
  readonly fileSize: number | null;
  /** SHA-256 of the upload, hexadecimal. */
  readonly checksum: string | null;
  readonly options: ImportOptions;
  /** The import whose refused records these are, mended. */
  readonly parentId: string | null;
  /** The import that has to be completed first. */
  readonly afterId: string | null;
  readonly callbackUrl: string | null;
  readonly callbackSecret: string | null;
  readonly createdBy: string | null;
}

/** An import as answers and jobs see it. The counts cover all records read: they add up to `total_records`. */
export interface ImportRecord {
  readonly no: number;
  readonly id: string;
  readonly resource_type: string;
  readonly status: ImportStatus;
  readonly format: ImportFormat | null;
  readonly filename: string | null;
  readonly source_url: string | null;
  readonly file_key: string | null;
  readonly file_size: number | null;
  readonly checksum: string | null;
  readonly options: ImportOptions;
  readonly detected: Readonly<Record<string, unknown>> | null;
  readonly parent_id: string | null;
  readonly after_id: string | null;
  readonly callback_url: string | null;
  /** All records are judged and the report is stored. */
  readonly checked: boolean;
  /** The first record that is not loaded yet. */
  readonly next_record: number;
  /** Null until all records are judged. */
  readonly total_records: number | null;
  readonly created_count: number;
  readonly updated_count: number;
  readonly unchanged_count: number;
  readonly skipped_count: number;
  readonly fail_count: number;
  /** Records that an import which failed or was canceled did not reach. */
  readonly unprocessed_count: number;
  readonly report_no: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
  /** When the upload was removed because it held passwords. */
  readonly file_deleted_at: Date | null;
}

export interface ImportFilter {
  readonly status?: readonly ImportStatus[] | undefined;
  readonly resourceType?: string | undefined;
  readonly createdBy?: string | undefined;
}

/** The row alone; `startImport` adds the job. */
export async function insertImport(tx: Database, row: NewImport): Promise<void> {
  await tx.run(
    'insertImport',
    sql`
      INSERT INTO import_jobs (id, resource_type, format, filename, source_url, file_key, file_size, checksum, options,
        parent_id, after_id, callback_url, callback_secret, created_by)
      VALUES (${row.id}, ${row.resourceType}, ${row.format}, ${row.filename}, ${row.sourceUrl}, ${row.fileKey},
              ${row.fileSize}, ${row.checksum}, ${JSON.stringify(row.options)}, ${row.parentId}, ${row.afterId},
              ${row.callbackUrl}, ${row.callbackSecret}, ${row.createdBy})`,
  );
}

export function findImport(db: Database, id: string): Promise<ImportRecord | undefined> {
  return db.maybeOne<ImportRecord>('findImport', sql`SELECT ${columns} FROM import_jobs WHERE id = ${id}`);
}

/** The status of an import, which nobody changes before the transaction ends. */
export async function lockImportStatus(tx: Database, id: string): Promise<ImportStatus | undefined> {
  const row = await tx.maybeOne<{ status: ImportStatus }>(
    'lockImportStatus',
    sql`SELECT status FROM import_jobs WHERE id = ${id} FOR SHARE`,
  );
  return row?.status;
}

/** The newest first. */
export function listImports(
  db: Database,
  filter: ImportFilter,
  page: ListPage,
): Promise<Positioned<ImportRecord>[]> {
  const { position, isBeyond, order } = newestFirst(page);
  return db.many<Positioned<ImportRecord>>(
    'listImports',
    sql`SELECT ${columns}, ${position} FROM import_jobs WHERE ${conditions(filter)} AND ${isBeyond} ${order}`,
  );
}

/** Other imports of the same bytes into the same resource that are on their way or completed, the oldest first. */
export function listSameUploads(
  db: Database,
  upload: { readonly id: string; readonly resourceType: string; readonly checksum: string },
): Promise<{ id: string; status: ImportStatus }[]> {
  return db.many(
    'listSameUploads',
    sql`
      SELECT id, status FROM import_jobs
      WHERE checksum = ${upload.checksum} AND resource_type = ${upload.resourceType} AND id <> ${upload.id}
        AND status IN ('pending', 'processing', 'paused', 'completed') AND options -> 'dry_run' <> 'true'
      ORDER BY created_at LIMIT 10`,
  );
}

const columns: Sql = sql`
  no, id, resource_type, status, format, filename, source_url, file_key, file_size::float8, checksum, options, detected,
  parent_id, after_id, callback_url, checked, next_record::float8, total_records::float8, created_count::float8,
  updated_count::float8, unchanged_count::float8, skipped_count::float8, fail_count::float8,
  unprocessed_count::float8, report_no::float8, error_code, error_message, created_by, created_at, started_at,
  completed_at, file_deleted_at`;

function conditions({ status, resourceType, createdBy }: ImportFilter): Sql {
  const all: Sql[] = [sql`true`];
  if (status) all.push(sql`status = ANY(${status}::text[])`);
  if (resourceType !== undefined) all.push(sql`resource_type = ${resourceType}`);
  if (createdBy !== undefined) all.push(sql`created_by = ${createdBy}`);
  return joinSql(all, ' AND ');
}
