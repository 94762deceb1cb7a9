import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { storableJson } from './storable-json.ts';

/** Said by a job that begins, for the first time or again; `detected` tells how the file is read. */
export async function beginTask(
  tx: Database,
  id: string,
  detected: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx.run(
    'beginTask',
    sql`
      UPDATE tasks
      SET status = 'processing', detected = ${storableJson(detected)}, updated_at = clock_timestamp(),
          started_at = coalesce(started_at, clock_timestamp())
      WHERE id = ${id}`,
  );
}

interface FetchableFile {
  readonly key: string;
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
  readonly sha256: string;
}

export interface FinishedTask {
  readonly result: FetchableFile;
  /** Undefined: no record was refused. */
  readonly rejects: FetchableFile | undefined;
  readonly recordsRead: number;
  readonly recordsWritten: number;
  readonly recordsRejected: number;
  readonly leftOut: Readonly<Record<string, number>>;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly reportNo: number;
  readonly retentionMs: number;
}

export async function completeTask(tx: Database, id: string, task: FinishedTask): Promise<void> {
  const { result, rejects, details } = task;
  await tx.run(
    'completeTask',
    sql`
      UPDATE tasks
      SET status = 'completed', records_read = ${task.recordsRead}, records_written = ${task.recordsWritten},
          records_rejected = ${task.recordsRejected}, records_left_out = ${storableJson(task.leftOut)},
          details = ${details === undefined ? null : storableJson(details)}, report_no = ${task.reportNo},
          result_key = ${result.key}, result_filename = ${result.filename}, result_type = ${result.contentType},
          result_size = ${result.size}, result_sha256 = ${result.sha256},
          rejects_key = ${rejects?.key ?? null}, rejects_filename = ${rejects?.filename ?? null},
          rejects_type = ${rejects?.contentType ?? null}, rejects_size = ${rejects?.size ?? null},
          rejects_sha256 = ${rejects?.sha256 ?? null},
          updated_at = clock_timestamp(), completed_at = clock_timestamp(),
          expires_at = clock_timestamp() + ${task.retentionMs} * interval '1 ms'
      WHERE id = ${id}`,
  );
}

/** Its upload stays for a while, so that it can be tried again. */
export async function endTask(
  tx: Database,
  id: string,
  end: {
    readonly status: 'failed' | 'canceled';
    readonly code: string | null;
    readonly message: string | null;
    readonly retentionMs: number;
  },
): Promise<void> {
  await tx.run(
    'endTask',
    sql`
      UPDATE tasks
      SET status = ${end.status}, error_code = ${end.code}, error_message = ${end.message},
          updated_at = clock_timestamp(), completed_at = clock_timestamp(),
          expires_at = clock_timestamp() + ${end.retentionMs} * interval '1 ms'
      WHERE id = ${id}`,
  );
}

/** Back to the start, for a job that a caller has tried again. */
export async function reopenTask(tx: Database, id: string): Promise<void> {
  await tx.run(
    'reopenTask',
    sql`
      UPDATE tasks
      SET status = 'pending', error_code = NULL, error_message = NULL, completed_at = NULL, expires_at = NULL,
          updated_at = clock_timestamp()
      WHERE id = ${id}`,
  );
}
