import type { FastifyReply, FastifyRequest } from 'fastify';
import { eventId, streamJobEvents } from './job-events.ts';
import type { JobWatch } from './job-watch.ts';
import type { JobRecord } from './jobs.query.ts';
import { isEnded } from './transitions.ts';

/** Answers with the events of a job until it ended; resumes by `Last-Event-ID`. */
export function answerJobEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  job: JobRecord,
  watch: JobWatch,
): FastifyReply {
  const lastEventId = request.headers['last-event-id']?.toString();
  // 204 tells an EventSource not to come back.
  if (isEnded(job.status) && eventId(job) === lastEventId) return reply.code(204).send();
  openEventStream(reply);
  streamJobEvents(reply.raw, { watch, jobId: job.id, lastEventId, stopping: request.server.stopping });
  return reply;
}

/** Takes the response over from Fastify, with the headers that its hooks have set so far. */
function openEventStream(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  reply.raw.flushHeaders();
}
