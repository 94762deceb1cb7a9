import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Caller } from '#platform/http/access-rule.ts';
import { newestPage } from '#platform/http/newest-page.ts';
import { linkNextPage, pagingParameters } from '#platform/http/paging.ts';
import { OneOf, Uuid } from '#platform/http/schemas.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { JobDefinitions } from './define-job.ts';
import { jobCommandRoutes } from './job-commands.route.ts';
import { jobEventsRoute } from './job-events.route.ts';
import { JobAnswer, JobParams, JobView, NO_SUCH_JOB, viewJob } from './job-view.ts';
import { listJobs } from './jobs.query.ts';
import { JOB_STATUSES } from './transitions.ts';
import { visibleJob } from './visible-job.ts';

interface Dependencies {
  readonly pool: Pool;
  readonly definitions: JobDefinitions;
  readonly log: Logger;
}

const JobsQuery = Type.Object({
  status: Type.Optional(OneOf(JOB_STATUSES)),
  type: Type.Optional(Type.String({ maxLength: 50, description: 'Job type, e.g. `parse_dataset`' })),
  dataset_id: Type.Optional(Uuid),
  created_by: Type.Optional(
    Type.String({ maxLength: 100, description: 'Key id; admins only see those of others' }),
  ),
  ...pagingParameters,
});

const JobList = Type.Object({
  data: Type.Array(JobView),
  meta: Type.Object({ next_cursor: Type.Union([Type.String(), Type.Null()]) }),
});

export function jobRoutes({ pool, definitions, log }: Dependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    void app.register(jobCommandRoutes(pool, definitions));
    void app.register(jobEventsRoute(pool, log));
    app.get(
      '/v1/jobs',
      {
        config: { access: 'viewer', example: { query: { status: 'completed', limit: 10 } } },
        schema: {
          summary: 'Jobs, the newest first',
          tags: ['jobs'],
          querystring: JobsQuery,
          response: { 200: JobList },
        },
      },
      async (request, reply) => {
        const { status, type, dataset_id: datasetId, created_by, ...page } = request.query;
        const createdBy = visibleCreator(request.caller, created_by);
        if (createdBy === null) return { data: [], meta: { next_cursor: null } };
        const filter = { status: status && [status], type, datasetId, createdBy };
        const { rows, nextCursor } = await newestPage(page, (wanted) => listJobs(pool, filter, wanted));
        linkNextPage(request, reply, nextCursor);
        return { data: rows.map(viewJob), meta: { next_cursor: nextCursor } };
      },
    );

    app.get(
      '/v1/jobs/:id',
      {
        config: { access: 'viewer', example: NO_SUCH_JOB },
        schema: { summary: 'One job', tags: ['jobs'], params: JobParams, response: { 200: JobAnswer } },
      },
      async (request) => ({ data: viewJob(await visibleJob(pool, request)), meta: {} }),
    );

    done();
  };
}

/** Whose jobs a list shows: undefined = everybody's, null = nobody's. */
function visibleCreator(caller: Caller, asked: string | undefined): string | undefined | null {
  if (caller.role === 'admin') return asked;
  return asked === undefined || asked === caller.keyId ? caller.keyId : null;
}
