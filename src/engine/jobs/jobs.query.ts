import type { Database } from '#platform/postgres/database.ts';
import { type ListPage, newestFirst, type Positioned } from '#platform/postgres/newest-first.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { JobStatus } from './transitions.ts';

/** A job as its creator may see it; the payload stays inside. */
export interface JobRecord {
  readonly id: string;
  readonly type: string;
  readonly status: JobStatus;
  readonly phase: string | null;
  readonly dataset_id: string | null;
  readonly priority: number;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly locked_by: string | null;
  readonly error_code: string | null;
  readonly last_error: string | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
  readonly next_retry_at: Date | null;
  readonly cancel_requested_at: Date | null;
  readonly measures: JobMeasures;
}

export interface JobMeasures {
  readonly bytes_done: number;
  readonly bytes_total: number | null;
  readonly records_done: number;
  /** Seconds since the claim, or from the first claim to the end; null before. By the database's clock. */
  readonly worked_seconds: number | null;
}

export interface JobFilter {
  readonly status?: readonly JobStatus[] | undefined;
  readonly type?: string | undefined;
  readonly datasetId?: string | undefined;
  readonly createdBy?: string | undefined;
}

/** The newest first. */
export function listJobs(db: Database, filter: JobFilter, page: ListPage): Promise<Positioned<JobRecord>[]> {
  const { position, isBeyond, order } = newestFirst(page);
  return db.many<Positioned<JobRecord>>(
    'list jobs',
    sql`SELECT ${columns}, ${position} FROM jobs WHERE ${conditions(filter)} AND ${isBeyond} ${order}`,
  );
}

export function findJob(db: Database, id: string): Promise<JobRecord | undefined> {
  return db.maybeOne<JobRecord>('find job', sql`SELECT ${columns} FROM jobs WHERE id = ${id}`);
}

/** Those of the ids that exist, in any order. */
export function findJobs(db: Database, ids: readonly string[]): Promise<JobRecord[]> {
  return db.many<JobRecord>('find jobs', sql`SELECT ${columns} FROM jobs WHERE id = ANY(${ids}::uuid[])`);
}

const columns: Sql = sql`
    id, type, status, phase, dataset_id, priority, attempts, max_attempts, locked_by, error_code, last_error, result,
    created_by, created_at, started_at, completed_at, nullif(next_retry_at, 'infinity') AS next_retry_at,
    cancel_requested_at,
    json_build_object(
      'bytes_done', bytes_done, 'bytes_total', bytes_total, 'records_done', records_done,
      'worked_seconds', extract(epoch FROM CASE WHEN status = 'running' THEN clock_timestamp() - locked_at
                                                ELSE completed_at - started_at END)) AS measures`;

function conditions({ status, type, datasetId, createdBy }: JobFilter): Sql {
  const all: Sql[] = [sql`true`];
  if (status) all.push(sql`status = ANY(${status}::text[])`);
  if (type !== undefined) all.push(sql`type = ${type}`);
  if (datasetId !== undefined) all.push(sql`dataset_id = ${datasetId}`);
  if (createdBy !== undefined) all.push(sql`created_by = ${createdBy}`);
  return joinSql(all, ' AND ');
}
