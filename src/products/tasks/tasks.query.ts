import type { Database } from '#platform/postgres/database.ts';
import { type ListPage, newestFirst, type Positioned } from '#platform/postgres/newest-first.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { TableInput } from './table/table-input.ts';

export const TASK_STATUSES = ['pending', 'processing', 'completed', 'failed', 'canceled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

type Facts = Readonly<Record<string, unknown>>;

export interface NewTask {
  /** Also the id of its job. */
  readonly id: string;
  readonly operation: string;
  readonly options: Facts;
  readonly input: TableInput;
  readonly file: UploadedFile;
  readonly second: (UploadedFile & { readonly input: TableInput }) | undefined;
  readonly createdBy: string | null;
}

interface UploadedFile {
  readonly filename: string;
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
}

/** A task as answers and jobs see it. The counts are null until it is completed. */
export interface TaskRecord {
  readonly id: string;
  readonly operation: string;
  readonly options: Facts;
  readonly input: TableInput;
  readonly status: TaskStatus;
  readonly filename: string;
  /** Null once the files of the task are removed. */
  readonly file_key: string | null;
  readonly file_size: number;
  readonly checksum: string;
  readonly second_filename: string | null;
  readonly second_file_key: string | null;
  readonly second_file_size: number | null;
  readonly second_input: TableInput | null;
  readonly detected: Facts | null;
  readonly records_read: number | null;
  readonly records_written: number | null;
  readonly records_rejected: number | null;
  readonly records_left_out: Readonly<Record<string, number>> | null;
  readonly details: Facts | null;
  readonly report_no: number | null;
  readonly result_key: string | null;
  readonly result_filename: string | null;
  readonly result_type: string | null;
  readonly result_size: number | null;
  readonly result_sha256: string | null;
  readonly rejects_key: string | null;
  readonly rejects_filename: string | null;
  readonly rejects_type: string | null;
  readonly rejects_size: number | null;
  readonly rejects_sha256: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
  readonly expires_at: Date | null;
  readonly has_expired: boolean;
}

/** The row alone; the job is enqueued beside it. */
export async function insertTask(tx: Database, task: NewTask): Promise<void> {
  const { file, second } = task;
  await tx.run(
    'insertTask',
    sql`
      INSERT INTO tasks (id, operation, options, input, filename, file_key, file_size, checksum,
                         second_filename, second_file_key, second_file_size, second_input, created_by)
      VALUES (${task.id}, ${task.operation}, ${JSON.stringify(task.options)}, ${JSON.stringify(task.input)},
              ${file.filename}, ${file.key}, ${file.size}, ${file.sha256},
              ${second?.filename ?? null}, ${second?.key ?? null}, ${second?.size ?? null},
              ${second ? JSON.stringify(second.input) : null}, ${task.createdBy})`,
  );
}

export function findTask(db: Database, id: string): Promise<TaskRecord | undefined> {
  return db.maybeOne<TaskRecord>('findTask', sql`SELECT ${columns} FROM tasks WHERE id = ${id}`);
}

export interface TaskFilter {
  readonly status?: TaskStatus | undefined;
  readonly operation?: string | undefined;
  readonly createdBy?: string | undefined;
}

/** The newest first. */
export function listTasks(
  db: Database,
  filter: TaskFilter,
  page: ListPage,
): Promise<Positioned<TaskRecord>[]> {
  const { position, isBeyond, order } = newestFirst(page);
  return db.many<Positioned<TaskRecord>>(
    'listTasks',
    sql`SELECT ${columns}, ${position} FROM tasks WHERE ${conditions(filter)} AND ${isBeyond} ${order}`,
  );
}

const columns: Sql = sql`
  id, operation, options, input, status, filename, file_key, file_size::float8, checksum, second_filename,
  second_file_key, second_file_size::float8, second_input, detected, records_read::float8, records_written::float8,
  records_rejected::float8, records_left_out, details, report_no::float8, result_key, result_filename, result_type,
  result_size::float8, result_sha256, rejects_key, rejects_filename, rejects_type, rejects_size::float8,
  rejects_sha256, error_code, error_message, created_by, created_at, updated_at, started_at, completed_at, expires_at,
  coalesce(expires_at <= clock_timestamp(), false) AS has_expired`;

function conditions({ status, operation, createdBy }: TaskFilter): Sql {
  const all: Sql[] = [sql`true`];
  if (status !== undefined) all.push(sql`status = ${status}`);
  if (operation !== undefined) all.push(sql`operation = ${operation}`);
  if (createdBy !== undefined) all.push(sql`created_by = ${createdBy}`);
  return joinSql(all, ' AND ');
}
