import { type Static, Type } from 'typebox';
import { Nullable, OneOf, Timestamp, Uuid } from '#platform/http/schemas.ts';
import type { JobMeasures, JobRecord } from './jobs.query.ts';
import { JOB_STATUSES } from './transitions.ts';

export const ProgressView = Type.Object({
  bytes_done: Type.Number({ description: 'Bytes of the source that were read' }),
  bytes_total: Nullable(Type.Number()),
  records_done: Type.Number(),
  rate: Nullable(Type.Number({ description: 'Records a second since the job was claimed' })),
  eta_seconds: Nullable(Type.Number({ description: 'Remaining time at the rate so far' })),
});

export const JobView = Type.Object(
  {
    id: Uuid,
    type: Type.String(),
    status: OneOf(JOB_STATUSES),
    phase: Nullable(Type.String()),
    progress: ProgressView,
    dataset_id: Nullable(Uuid),
    priority: Type.Integer(),
    attempts: Type.Integer(),
    max_attempts: Type.Integer(),
    locked_by: Nullable(Type.String({ description: 'Worker that runs it: host:pid:slot' })),
    error_code: Nullable(Type.String()),
    last_error: Nullable(Type.String()),
    result: Nullable(Type.Object({}, { additionalProperties: true })),
    created_by: Nullable(Type.String()),
    created_at: Timestamp,
    started_at: Nullable(Timestamp),
    completed_at: Nullable(Timestamp),
    next_retry_at: Nullable(Timestamp),
    cancel_requested_at: Nullable(Timestamp),
  },
  { description: 'A unit of background work' },
);

export const JobAnswer = Type.Object({ data: JobView, meta: Type.Object({}) });

export const JobParams = Type.Object({ id: Uuid });

/** The example of the routes of one job: no fresh server has one to show. */
export const NO_SUCH_JOB = { params: { id: '00000000-0000-4000-8000-000000000000' }, status: 404 };

export type JobView = Static<typeof JobView>;

export function viewJob(job: JobRecord): JobView {
  const { measures, ...facts } = job;
  return { ...facts, progress: viewProgress(measures, job.status === 'running') };
}

/** Rate and remaining time of this attempt; null where nothing can be said yet. Bytes decide on the time. */
export function viewProgress(measures: JobMeasures, running: boolean): Static<typeof ProgressView> {
  const { bytes_done, bytes_total, records_done, worked_seconds: seconds } = measures;
  const rate = seconds !== null && seconds > 0 ? round(records_done / seconds) : null;
  const eta = running ? remainingSeconds(measures) : null;
  return { bytes_done, bytes_total, records_done, rate, eta_seconds: eta };
}

function remainingSeconds({ bytes_done, bytes_total, worked_seconds: seconds }: JobMeasures): number | null {
  if (seconds === null || bytes_total === null || bytes_done === 0) return null;
  return round((seconds * Math.max(0, bytes_total - bytes_done)) / bytes_done);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
