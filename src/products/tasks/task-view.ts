import { type Static, Type } from 'typebox';
import { ProgressView, viewProgress } from '#engine/jobs/job-view.ts';
import { findJobs, type JobRecord } from '#engine/jobs/jobs.query.ts';
import { Nullable, OneOf, Timestamp, Uuid } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import { TASK_STATUSES, type TaskRecord, type TaskStatus } from './tasks.query.ts';

const Text = Nullable(Type.String());
const Count = Nullable(Type.Integer());
const Facts = Type.Object({}, { additionalProperties: true });

/** As the answers say it: in capitals. */
export const STATUS_WORDS = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED'] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];

export const TaskView = Type.Object(
  {
    task_id: Uuid,
    operation: Type.String(),
    status: OneOf(STATUS_WORDS),
    phase: Text,
    progress: Nullable(ProgressView),
    options: Facts,
    filename: Type.String(),
    file_size: Type.Number(),
    checksum: Type.String({ description: 'SHA-256 of the upload' }),
    second_filename: Text,
    detected: Nullable(Type.Object({}, { additionalProperties: true, description: 'How the file was read' })),
    records_read: Count,
    records_written: Count,
    records_rejected: Count,
    records_left_out: Nullable(
      Type.Object({}, { additionalProperties: true, description: 'Records left out on purpose, by reason' }),
    ),
    details: Nullable(Facts),
    result_filename: Text,
    result_size: Nullable(Type.Number()),
    result_sha256: Text,
    result_type: Text,
    result_url: Nullable(Type.String({ description: 'Takes `Range`; null while there is no file' })),
    rejects_url: Nullable(Type.String({ description: 'Null where no record was refused' })),
    error_code: Text,
    error_message: Text,
    created_by: Text,
    created_at: Timestamp,
    updated_at: Timestamp,
    started_at: Nullable(Timestamp),
    completed_at: Nullable(Timestamp),
    expires_at: Nullable(Timestamp),
  },
  { description: 'An operation on a file' },
);
export type TaskView = Static<typeof TaskView>;

export const TaskAnswer = Type.Object({ data: TaskView, meta: Type.Object({}) });

export const TaskParams = Type.Object({ id: Uuid });

/** The example of the routes of one task: no fresh server has one to show. */
export const NO_SUCH_TASK = { params: { id: '00000000-0000-4000-8000-000000000000' }, status: 404 };

/** Tasks with the progress of their jobs. */
export async function viewTasks(db: Database, rows: readonly TaskRecord[]): Promise<TaskView[]> {
  const busy = rows
    .filter(({ status }) => status === 'pending' || status === 'processing')
    .map(({ id }) => id);
  const jobs = busy.length === 0 ? [] : await findJobs(db, busy);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return rows.map((row) => viewOne(row, byId.get(row.id)));
}

export async function viewTask(db: Database, row: TaskRecord): Promise<TaskView> {
  const [view] = await viewTasks(db, [row]);
  return view as TaskView;
}

export function statusWord(status: TaskStatus): StatusWord {
  return status.toUpperCase() as StatusWord;
}

export function statusOf(word: StatusWord): TaskStatus {
  return TASK_STATUSES[STATUS_WORDS.indexOf(word)] as TaskStatus;
}

function viewOne(row: TaskRecord, job: JobRecord | undefined): TaskView {
  const path = `/v1/tasks/${row.id}`;
  return {
    task_id: row.id,
    operation: row.operation,
    status: statusWord(row.status),
    phase: job?.phase ?? null,
    progress: job ? viewProgress(job.measures, job.status === 'running') : null,
    options: row.options,
    filename: row.filename,
    file_size: row.file_size,
    checksum: row.checksum,
    second_filename: row.second_filename,
    detected: row.detected,
    records_read: row.records_read,
    records_written: row.records_written,
    records_rejected: row.records_rejected,
    records_left_out: row.records_left_out,
    details: row.details,
    result_filename: row.result_filename,
    result_size: row.result_size,
    result_sha256: row.result_sha256,
    result_type: row.result_type,
    result_url: row.result_key === null || row.has_expired ? null : `${path}/result`,
    rejects_url: row.rejects_key === null || row.has_expired ? null : `${path}/rejects`,
    error_code: row.error_code,
    error_message: row.error_message,
    created_by: row.created_by,
    created_at: row.created_at,
    updated_at: row.updated_at,
    started_at: row.started_at,
    completed_at: row.completed_at,
    expires_at: row.expires_at,
  };
}
