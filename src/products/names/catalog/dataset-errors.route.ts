import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findReportPage, RecordErrorItem, ReportMeta } from '#engine/imports/report-list.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { pagingParameters } from '#platform/http/paging.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { DatasetParams, NO_SUCH_DATASET } from './dataset-view.ts';
import { visibleDataset } from './visible-dataset.ts';

export function datasetErrorRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    registerList(app, {
      url: '/v1/datasets/:id/errors',
      config: { access: 'viewer', example: NO_SUCH_DATASET },
      summary: 'Why records of a dataset were refused, in file order',
      description: 'Of the last reading that reached its end; `meta` has the counts of all records.',
      tags: ['datasets'],
      params: DatasetParams,
      query: Type.Object(pagingParameters),
      item: RecordErrorItem,
      meta: ReportMeta,
      async find({ query, request }) {
        const { report_no: report } = await visibleDataset(pool, request);
        return findReportPage(pool, report, query);
      },
    });
    done();
  };
}
