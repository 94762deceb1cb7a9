export type JobStatus = 'queued' | 'running' | 'paused' | 'completed' | 'failed' | 'canceled';

export const JOB_STATUSES: readonly JobStatus[] = [
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'canceled',
];

/** What can happen to a job, from which states, and where it leads. Nothing else changes a status. */
export const TRANSITIONS = {
  /** A worker takes it, with a new lease token. */
  claim: { from: ['queued'], to: 'running' },
  /** Its worker finished it. */
  complete: { from: ['running'], to: 'completed' },
  /** Its worker or the reaper gives up. */
  fail: { from: ['running'], to: 'failed' },
  /** To be repeated: outage, unknown error, shutdown. */
  requeue: { from: ['running'], to: 'queued' },
  /** Its lease ran out or its worker is known to be gone. */
  takeOver: { from: ['running'], to: 'queued' },
  /** A caller gives it up before a worker has it. */
  cancel: { from: ['queued', 'paused'], to: 'canceled' },
  /** Its worker or the reaper obeys a caller's request to cancel. */
  obeyCancel: { from: ['running'], to: 'canceled' },
  /** A caller puts it aside before a worker has it. */
  pause: { from: ['queued'], to: 'paused' },
  /** Its worker obeys a caller's request to pause. */
  obeyPause: { from: ['running'], to: 'paused' },
  /** A caller lets it go on. */
  resume: { from: ['paused'], to: 'queued' },
  /** A caller has it tried again from the start. */
  retry: { from: ['failed', 'canceled'], to: 'queued' },
} as const satisfies Record<string, { from: readonly JobStatus[]; to: JobStatus }>;

export type JobEvent = keyof typeof TRANSITIONS;

export function isEnded(status: JobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'canceled';
}
