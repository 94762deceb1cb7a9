import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { notFound } from '#platform/errors.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { JobDefinitions } from './define-job.ts';
import { cancelJob, retryJobByHand } from './job-commands.ts';
import { JobAnswer, JobParams, type JobView, NO_SUCH_JOB, viewJob } from './job-view.ts';
import { findJob } from './jobs.query.ts';
import { visibleJob } from './visible-job.ts';

export function jobCommandRoutes(pool: Pool, definitions: JobDefinitions): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.post(
      '/v1/jobs/:id/cancel',
      {
        config: { access: 'viewer', example: NO_SUCH_JOB },
        schema: {
          summary: 'Cancel a job: a queued one at once, a running one at its next batch',
          tags: ['jobs'],
          params: JobParams,
          response: { 202: JobAnswer },
        },
      },
      async (request, reply) => {
        const { id } = await visibleJob(pool, request);
        await cancelJob(pool, definitions, id, request.caller.keyId);
        return accepted(pool, id, reply);
      },
    );

    app.post(
      '/v1/jobs/:id/retry',
      {
        config: { access: 'viewer', example: NO_SUCH_JOB },
        schema: {
          summary: 'Try a failed or canceled job again',
          tags: ['jobs'],
          params: JobParams,
          response: { 202: JobAnswer },
        },
      },
      async (request, reply) => {
        const { id } = await visibleJob(pool, request);
        await retryJobByHand(pool, definitions, id);
        return accepted(pool, id, reply);
      },
    );

    done();
  };
}

async function accepted(
  pool: Pool,
  id: string,
  reply: FastifyReply,
): Promise<{ data: JobView; meta: object }> {
  const job = await findJob(pool, id);
  if (!job) throw notFound('job', id);
  void reply.code(202).header('location', `/v1/jobs/${id}`).header('retry-after', '1');
  return { data: viewJob(job), meta: {} };
}
