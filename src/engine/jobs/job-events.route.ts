import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { answerJobEvents } from './answer-job-events.ts';
import { JobParams, NO_SUCH_JOB } from './job-view.ts';
import { createJobWatch } from './job-watch.ts';
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
        return answerJobEvents(request, reply, job, watch);
      },
    );
    done();
  };
}
