import { isUuid } from '#platform/ids.ts';
import type { OutgoingMessage } from '#platform/messaging/publisher.ts';
import type { Topology } from '#platform/messaging/topology.ts';
import type { JobAnnouncement } from './announce.ts';
import type { WakeUpMessage } from './wake-up.ts';

/** One message for each job that waits: `{"job_id": "…"}`. */
export const JOBS_QUEUE = 'affirm-name.jobs';
/** Messages that nobody understands, or whose job is dead. */
export const DEAD_QUEUE = 'affirm-name.jobs.dead';
/** What every worker hears: `{"kind": "cancel", "job_id": "…"}` or `{"kind": "work"}`. */
export const WORKERS_EXCHANGE = 'affirm-name.workers';

const MOST_DEAD = 100_000;

export const JOBS_TOPOLOGY: Topology = {
  queues: [
    { name: DEAD_QUEUE, maxLength: MOST_DEAD },
    { name: JOBS_QUEUE, deadLetters: DEAD_QUEUE },
  ],
  fanouts: [WORKERS_EXCHANGE],
};

/** Has every worker look for work. */
export const LOOK: OutgoingMessage = {
  exchange: WORKERS_EXCHANGE,
  routingKey: '',
  body: { kind: 'work' },
  isPersistent: false,
};

export function messageFor(announcement: JobAnnouncement): OutgoingMessage {
  if (announcement.kind === 'look') return { ...LOOK };
  const { kind, jobId } = announcement;
  if (kind === 'cancel') return { ...LOOK, body: { kind, job_id: jobId } };
  const routingKey = kind === 'dead' ? DEAD_QUEUE : JOBS_QUEUE;
  return { exchange: '', routingKey, body: { job_id: jobId }, isPersistent: true };
}

/** The job that a message of the queue is about; undefined when it cannot be understood. */
export function jobOf(body: unknown): string | undefined {
  const id = (body as { job_id?: unknown } | null | undefined)?.job_id;
  return typeof id === 'string' && isUuid(id) ? id.toLowerCase() : undefined;
}

/** What a message to all workers says; one that cannot be understood may mean work. */
export function readForWorkers(body: unknown): WakeUpMessage {
  const jobId = jobOf(body);
  return (body as { kind?: unknown } | null | undefined)?.kind === 'cancel' && jobId !== undefined
    ? { kind: 'cancel', jobId }
    : { kind: 'work' };
}
