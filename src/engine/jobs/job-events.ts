import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { viewJob } from './job-view.ts';
import type { JobWatch } from './job-watch.ts';
import type { JobRecord } from './jobs.query.ts';
import { isEnded } from './transitions.ts';

const HEARTBEAT_MS = 15_000;

/**
 * The id of a job's state as an event: the same state has the same id, in every process. Events are whole states, so
 * whoever resumes misses nothing by skipping those in between.
 */
export function eventId(job: JobRecord): string {
  const state = { ...job, measures: { ...job.measures, worked_seconds: null } };
  return createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22);
}

export interface EventStream {
  readonly watch: JobWatch;
  readonly jobId: string;
  /** The event that the client saw last. */
  readonly lastEventId: string | undefined;
  readonly stopping: AbortSignal | undefined;
  readonly heartbeatMs?: number;
}

/** Writes an event for every change of the job until it ended, the client left or the server stops. */
export function streamJobEvents(response: ServerResponse, stream: EventStream): void {
  let lastId = stream.lastEventId;
  const heartbeat = setInterval(() => response.write(': still here\n\n'), stream.heartbeatMs ?? HEARTBEAT_MS);
  const leave = stream.watch.observe(stream.jobId, (job) => {
    if (!job) return end();
    const id = eventId(job);
    // A client that reads slowly gets the newest state later, not all of them.
    if (id !== lastId && !response.writableNeedDrain) {
      lastId = id;
      response.write(`id: ${id}\nevent: job\ndata: ${JSON.stringify(viewJob(job))}\n\n`);
    }
    if (id === lastId && isEnded(job.status)) end();
  });

  function end(): void {
    clearInterval(heartbeat);
    leave();
    stream.stopping?.removeEventListener('abort', end);
    response.end();
  }

  stream.stopping?.addEventListener('abort', end, { once: true });
  response.once('close', end);
}
