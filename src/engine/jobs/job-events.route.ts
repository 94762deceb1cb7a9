import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { eventId, streamJobEvents } from './job-events.ts';
import { JobParams, NO_SUCH_JOB } from './job-view.ts';
import { createJobWatch } from './job-watch.ts';
import { isEnded } from './transitions.ts';
import { visibleJob } from './visible-job.ts';

export function jobEventsRoute(pool: Pool, log: Logger): FastifyPluginCallbackTypebox {
  const watch = createJobWatch(pool, log);
  return (app, _options, done) => {
    app.get(
      '/v1/jobs/:id/events',
      {
        config: { access: 'viewer', example: NO_SUCH_JOB },
        schema: {
          summary: 'Changes of a job as server-sent events, until it ended; resumes by `Last-Event-ID`',
          tags: ['jobs'],
          produces: ['text/event-stream'],
          params: JobParams,
        },
      },
      async (request, reply) => {
        const job = await visibleJob(pool, request);
        const lastEventId = request.headers['last-event-id']?.toString();
        // 204 tells an EventSource not to come back.
        if (isEnded(job.status) && eventId(job) === lastEventId) return reply.code(204).send();
        openEventStream(reply);
        streamJobEvents(reply.raw, { watch, jobId: job.id, lastEventId, stopping: app.stopping });
        return reply;
      },
    );
    done();
  };
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
