import type { Database } from '#platform/postgres/database.ts';
import { type ListPage, newestFirst, type Positioned } from '#platform/postgres/newest-first.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { ExportFormat } from './export-format.ts';
import type { ExportCredit, ExportTerms, LeftOutSource } from './export-source.query.ts';
import type { ExportWish } from './export-plan.query.ts';

export const EXPORT_STATUSES = ['pending', 'processing', 'completed', 'failed', 'canceled'] as const;
export type ExportStatus = (typeof EXPORT_STATUSES)[number];

type ExportOptions = Omit<ExportWish, 'resource_type' | 'format'>;

/** An export into a file; the id is that of its job. */
export interface ExportRecord {
  readonly id: string;
  readonly resource_type: string;
  readonly status: ExportStatus;
  readonly format: ExportFormat;
  readonly options: ExportOptions;
  /** The last part of the address of the file. */
  readonly filename: string;
  /** Null until there is a file, and again when it was removed. */
  readonly file_key: string | null;
  readonly total_records: number | null;
  readonly file_size: number | null;
  readonly sha256: string | null;
  /** Null until there is a file, and where its rows have no licences. */
  readonly sources: readonly ExportCredit[] | null;
  readonly left_out: readonly LeftOutSource[] | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly completed_at: Date | null;
  readonly expires_at: Date | null;
  readonly has_expired: boolean;
}

export interface NewExport {
  readonly id: string;
  readonly wish: ExportWish;
  readonly filename: string;
  readonly createdBy: string | null;
}

export async function insertExport(tx: Database, row: NewExport): Promise<void> {
  const { resource_type, format, ...options } = row.wish;
  await tx.run(
    'insertExport',
    sql`
      INSERT INTO export_jobs (id, resource_type, format, options, filename, created_by)
      VALUES (${row.id}, ${resource_type}, ${format}, ${JSON.stringify(options)}, ${row.filename}, ${row.createdBy})`,
  );
}

export function findExport(db: Database, id: string): Promise<ExportRecord | undefined> {
  return db.maybeOne<ExportRecord>('findExport', sql`SELECT ${columns} FROM export_jobs WHERE id = ${id}`);
}

export function findExportByFilename(db: Database, filename: string): Promise<ExportRecord | undefined> {
  return db.maybeOne<ExportRecord>(
    'findExportByFilename',
    sql`SELECT ${columns} FROM export_jobs WHERE filename = ${filename}`,
  );
}

export interface ExportFilterWords {
  readonly status?: ExportStatus | undefined;
  readonly resourceType?: string | undefined;
  readonly createdBy?: string | undefined;
}

/** The newest first. */
export function listExports(
  db: Database,
  filter: ExportFilterWords,
  page: ListPage,
): Promise<Positioned<ExportRecord>[]> {
  const { position, isBeyond, order } = newestFirst(page);
  return db.many<Positioned<ExportRecord>>(
    'listExports',
    sql`SELECT ${columns}, ${position} FROM export_jobs WHERE ${conditions(filter)} AND ${isBeyond} ${order}`,
  );
}

/** Said by a job that begins, for the first time or again. */
export async function beginExport(db: Database, id: string): Promise<void> {
  await db.run('beginExport', sql`UPDATE export_jobs SET status = 'processing' WHERE id = ${id}`);
}

export interface FinishedExport {
  readonly fileKey: string;
  readonly records: number;
  readonly size: number;
  readonly sha256: string;
  readonly terms: ExportTerms | undefined;
  readonly retentionMs: number;
}

export async function completeExport(tx: Database, id: string, file: FinishedExport): Promise<void> {
  await tx.run(
    'completeExport',
    sql`
      UPDATE export_jobs
      SET status = 'completed', file_key = ${file.fileKey}, total_records = ${file.records}, file_size = ${file.size},
          sha256 = ${file.sha256}, sources = ${jsonOf(file.terms?.sources)}, left_out = ${jsonOf(file.terms?.leftOut)},
          completed_at = clock_timestamp(),
          expires_at = clock_timestamp() + ${file.retentionMs} * interval '1 ms'
      WHERE id = ${id}`,
  );
}

function jsonOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

export async function endExport(
  tx: Database,
  id: string,
  end: {
    readonly status: 'failed' | 'canceled';
    readonly code: string | null;
    readonly message: string | null;
  },
): Promise<void> {
  await tx.run(
    'endExport',
    sql`
      UPDATE export_jobs
      SET status = ${end.status}, error_code = ${end.code}, error_message = ${end.message},
          completed_at = clock_timestamp()
      WHERE id = ${id}`,
  );
}

/** Back to the start, for a job that a caller has tried again. */
export async function reopenExport(tx: Database, id: string): Promise<void> {
  await tx.run(
    'reopenExport',
    sql`
      UPDATE export_jobs
      SET status = 'pending', error_code = NULL, error_message = NULL, completed_at = NULL
      WHERE id = ${id}`,
  );
}

const columns: Sql = sql`
  id, resource_type, status, format, options, filename, file_key, total_records::float8, file_size::float8, sha256,
  sources, left_out,
  error_code, error_message, created_by, created_at, completed_at, expires_at,
  coalesce(expires_at <= clock_timestamp(), false) AS has_expired`;

function conditions({ status, resourceType, createdBy }: ExportFilterWords): Sql {
  const all: Sql[] = [sql`true`];
  if (status !== undefined) all.push(sql`status = ${status}`);
  if (resourceType !== undefined) all.push(sql`resource_type = ${resourceType}`);
  if (createdBy !== undefined) all.push(sql`created_by = ${createdBy}`);
  return joinSql(all, ' AND ');
}
