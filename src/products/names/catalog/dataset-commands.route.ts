import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { JobDefinitions } from '#engine/jobs/define-job.ts';
import { cancelJob } from '#engine/jobs/job-commands.ts';
import { AppError } from '#platform/errors.ts';
import { Nullable, OneOf, Uuid } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { requireParser } from '../upload/choose-parser.ts';
import {
  changeMetadata,
  deleteDataset,
  publishDataset,
  reprocessDataset,
  restoreDataset,
} from './dataset-commands.ts';
import {
  DatasetAnswer,
  DatasetParams,
  type DatasetView,
  isBusy,
  NO_SUCH_DATASET,
  viewDatasets,
} from './dataset-view.ts';
import type { DatasetRow } from './datasets.query.ts';
import { visibleDataset } from './visible-dataset.ts';

export interface CommandDependencies {
  readonly pool: Pool;
  readonly definitions: JobDefinitions;
}

const Metadata = Type.Object(
  {
    metadata: Type.Object(
      { edition: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 200 })) },
      { additionalProperties: true, description: 'Merged key by key; null removes a key' },
    ),
  },
  { description: 'Counts and years come from the file alone' },
);

const Reprocess = Nullable(
  Type.Object(
    {
      reason: Type.Optional(Type.String({ maxLength: 500 })),
      parser: Type.Optional(
        Type.String({ maxLength: 50, description: 'Another parser of the same country' }),
      ),
    },
    { additionalProperties: false },
  ),
);

const Queued = Type.Object({
  data: Type.Object({
    dataset_id: Uuid,
    job_id: Uuid,
    status: OneOf(['pending', 'reprocessing']),
    message: Type.String(),
  }),
  meta: Type.Object({}),
});

type App = Parameters<FastifyPluginCallbackTypebox>[0];

const tags = ['datasets'];
const config = { access: 'admin', scope: 'datasets:write', example: NO_SUCH_DATASET } as const;

/** What can be done with a dataset once it is there. */
export function datasetCommandRoutes(dependencies: CommandDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    metadataRoute(app, dependencies.pool);
    reprocessRoute(app, dependencies.pool);
    publishRoutes(app, dependencies.pool);
    endingRoutes(app, dependencies);
    done();
  };
}

function metadataRoute(app: App, pool: Pool): void {
  app.patch(
    '/v1/datasets/:id',
    {
      config: { ...config, example: { ...NO_SUCH_DATASET, body: { metadata: { edition: '2025' } } } },
      schema: {
        summary: 'Change the metadata of a dataset',
        description: 'Never counts: those come from the file.',
        tags,
        params: DatasetParams,
        body: Metadata,
        response: { 200: DatasetAnswer },
      },
    },
    async (request) => {
      const dataset = await visibleDataset(pool, request);
      refuseUnstorable(request.body.metadata);
      await changeMetadata(pool, dataset, request.body.metadata);
      return answer(pool, request);
    },
  );
}

function reprocessRoute(app: App, pool: Pool): void {
  app.post(
    '/v1/datasets/:id/reprocess',
    {
      config: { ...config, example: { ...NO_SUCH_DATASET, body: { reason: 'new parser version' } } },
      schema: {
        summary: 'Read the file of a dataset again',
        description:
          'The old numbers stay until the new ones replace them in one step; a superseded dataset stays superseded.',
        tags,
        params: DatasetParams,
        body: Reprocess,
        response: { 202: Queued },
      },
    },
    async (request, reply) => {
      const dataset = await visibleDataset(pool, request);
      const { reason, parser } = request.body ?? {};
      if (parser !== undefined) requireParserOf(dataset, parser);
      const jobId = await reprocessDataset(pool, dataset, { reason, parser, keyId: request.caller.keyId });
      void reply.code(202).header('location', `/v1/datasets/${dataset.id}`).header('retry-after', '1');
      const status = dataset.status === 'completed' ? ('reprocessing' as const) : ('pending' as const);
      const message = 'The file will be read again; numbers that are published stay until then.';
      return { data: { dataset_id: dataset.id, job_id: jobId, status, message }, meta: {} };
    },
  );
}

function publishRoutes(app: App, pool: Pool): void {
  app.post(
    '/v1/datasets/:id/publish',
    {
      config,
      schema: {
        summary: 'Let a dataset supply its numbers again',
        description: 'Also for one that waits because its edition is older or because numbers would shrink.',
        tags,
        params: DatasetParams,
        response: { 200: DatasetAnswer },
      },
    },
    async (request) => {
      await publishDataset(pool, await visibleDataset(pool, request));
      return answer(pool, request);
    },
  );
  app.post(
    '/v1/datasets/:id/restore',
    {
      config,
      schema: {
        summary: 'Bring a deleted dataset back',
        description:
          'Within 30 days. It supplies what it supplied before, unless something newer was published.',
        tags,
        params: DatasetParams,
        response: { 200: DatasetAnswer },
      },
    },
    async (request) => {
      await restoreDataset(pool, await visibleDataset(pool, request));
      return answer(pool, request);
    },
  );
}

function endingRoutes(app: App, { pool, definitions }: CommandDependencies): void {
  app.delete(
    '/v1/datasets/:id',
    {
      config,
      schema: {
        summary: 'Delete a dataset',
        description:
          'Its numbers fall back to the datasets that supplied them before; a job that works on it is canceled. It can be restored for 30 days.',
        tags,
        params: DatasetParams,
        response: { 200: DatasetAnswer },
      },
    },
    async (request) => {
      const dataset = await visibleDataset(pool, request);
      await cancelWork(pool, definitions, dataset, request.caller.keyId);
      await deleteDataset(pool, dataset);
      return answer(pool, request);
    },
  );
  app.post(
    '/v1/datasets/:id/cancel',
    {
      config,
      schema: {
        summary: 'Cancel the import of a dataset',
        description: 'A waiting one at once, a running one at its next batch. Nothing of it is published.',
        tags,
        params: DatasetParams,
        response: { 202: DatasetAnswer },
      },
    },
    async (request, reply) => {
      const dataset = await visibleDataset(pool, request);
      if (!dataset.job_id || !isBusy(dataset)) {
        throw new AppError(
          'conflict',
          'job_ended',
          `The dataset is ${dataset.status}; there is nothing to cancel.`,
        );
      }
      await cancelJob(pool, definitions, dataset.job_id, request.caller.keyId);
      void reply.code(202).header('location', `/v1/datasets/${dataset.id}`).header('retry-after', '1');
      return answer(pool, request);
    },
  );
}

async function answer(pool: Pool, request: FastifyRequest): Promise<{ data: DatasetView; meta: object }> {
  const [data] = await viewDatasets(pool, [await visibleDataset(pool, request)]);
  return { data: data as DatasetView, meta: {} };
}

/** A job that ends in this moment needs no canceling. */
async function cancelWork(
  pool: Pool,
  definitions: JobDefinitions,
  dataset: DatasetRow,
  keyId: string | null,
): Promise<void> {
  if (!dataset.job_id || !isBusy(dataset)) return;
  try {
    await cancelJob(pool, definitions, dataset.job_id, keyId);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

/** Throws `parser_unknown`, `format_mismatch`. */
function requireParserOf({ country }: DatasetRow, id: string): void {
  const parser = requireParser(id);
  if (country === null || parser.country === country) return;
  const message = `${id} reads files of ${parser.country}, and the dataset is of ${country}.`;
  throw new AppError('unprocessable', 'format_mismatch', message);
}

/** PostgreSQL's JSON holds neither NUL nor half a surrogate pair. */
function refuseUnstorable(metadata: object): void {
  if (!/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(metadata))) return;
  throw new AppError('invalid', 'invalid_request', 'The request was not understood: see details.', [
    { field: 'metadata', message: 'holds characters that cannot be stored' },
  ]);
}
