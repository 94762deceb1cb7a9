import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { eventId, streamJobEvents } from '#engine/jobs/job-events.ts';
import { createJobWatch } from '#engine/jobs/job-watch.ts';
import { findJob } from '#engine/jobs/jobs.query.ts';
import { isEnded } from '#engine/jobs/transitions.ts';
import { notFound } from '#platform/errors.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { DatasetParams, NO_SUCH_DATASET } from './dataset-view.ts';
import { visibleDataset } from './visible-dataset.ts';

/** The events of the job that worked on a dataset last. */
export function datasetEventsRoute(pool: Pool, log: Logger): FastifyPluginCallbackTypebox {
  const watch = createJobWatch(pool, log);
  return (app, _options, done) => {
    app.get(
      '/v1/datasets/:id/events',
      {
        config: { access: 'viewer', example: NO_SUCH_DATASET },
        schema: {
          summary: 'How the import of a dataset gets on, as server-sent events',
          description: 'The events of its job until that ended; resumes by `Last-Event-ID`.',
          tags: ['datasets'],
          produces: ['text/event-stream'],
          params: DatasetParams,
        },
      },
      async (request, reply) => {
        const { id, job_id: jobId } = await visibleDataset(pool, request);
        const job = jobId === null ? undefined : await findJob(pool, jobId);
        if (!job) throw notFound('job of dataset', id);
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
