import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import { newestPage } from '#platform/http/newest-page.ts';
import { pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { DatasetAnswer, DatasetParams, DatasetView, NO_SUCH_DATASET, viewDatasets } from './dataset-view.ts';
import { DATASET_STATUSES, listDatasets } from './datasets.query.ts';
import { visibleDataset } from './visible-dataset.ts';

const DatasetsQuery = Type.Object({
  country: Type.Optional(
    Type.String({ pattern: '^([A-Za-z]{2}|[0-9a-fA-F-]{36})$', description: 'Code or id' }),
  ),
  status: Type.Optional(OneOf(DATASET_STATUSES)),
  parser: Type.Optional(Type.String({ maxLength: 50 })),
  deleted: Type.Boolean({ default: false, description: 'true: the deleted ones, which can be restored' }),
  ...pagingParameters,
});

const tags = ['datasets'];

/** Datasets, a list and one by one: admins see all, others their own. */
export function datasetRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    registerList(app, {
      url: '/v1/datasets',
      config: { access: 'viewer', example: { query: { country: 'US' } } },
      summary: 'Datasets, the newest first',
      description: 'Admins see all of them, other keys what they uploaded.',
      tags,
      query: DatasetsQuery,
      item: DatasetView,
      meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
      async find({ query, request: { caller } }) {
        const { country, status, parser, deleted, ...page } = query;
        const place = country?.length === 2 ? country.toUpperCase() : country?.toLowerCase();
        const uploadedBy = caller.role === 'admin' ? undefined : (caller.keyId ?? '');
        const filter = { country: place, status, parser, deleted, uploadedBy };
        const { rows, nextCursor } = await newestPage(page, (wanted) => listDatasets(pool, filter, wanted));
        return { data: await viewDatasets(pool, rows), meta: { next_cursor: nextCursor } };
      },
    });

    app.get(
      '/v1/datasets/:id',
      {
        config: { access: 'viewer', example: NO_SUCH_DATASET },
        schema: {
          summary: 'One dataset',
          description:
            'While its job runs, `progress` shows how far it is; a failed import is a 200 that says so.',
          tags,
          params: DatasetParams,
          response: { 200: DatasetAnswer },
        },
      },
      async (request) => {
        const [data] = await viewDatasets(pool, [await visibleDataset(pool, request)]);
        return { data: data as DatasetView, meta: {} };
      },
    );
    done();
  };
}
