import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { answerJobEvents } from '#engine/jobs/answer-job-events.ts';
import { createJobWatch } from '#engine/jobs/job-watch.ts';
import { findJob } from '#engine/jobs/jobs.query.ts';
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
        return answerJobEvents(request, reply, job, watch);
      },
    );
    done();
  };
}
