import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { listRecordErrors } from '#engine/imports/report.query.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { findReportSummary, type ReportSummary } from '#engine/imports/report-summary.query.ts';
import { cursorExpired } from './dataset-slices.route.ts';
import { DatasetParams, NO_SUCH_DATASET } from './dataset-view.ts';
import { visibleDataset } from './visible-dataset.ts';

const Text = Nullable(Type.String());
const Count = Nullable(Type.Integer());

const ErrorItem = Type.Object({
  seq: Type.Integer(),
  code: Type.String(),
  category: Type.String(),
  phase: Type.String(),
  entry: Text,
  record: Count,
  line_start: Count,
  line_end: Count,
  byte_offset: Count,
  column_index: Count,
  column: Text,
  field: Text,
  value: Text,
  expected: Text,
  suggestion: Text,
  constraint: Text,
  conflict_with: Text,
  message: Type.String(),
});

const AnyObject = Type.Object({}, { additionalProperties: true });

const ErrorsMeta = Type.Object({
  next_cursor: Text,
  total: Type.Integer({ description: 'Errors found; a record may have several' }),
  truncated: Type.Boolean({ description: 'true: more were found than are listed; the summary is exact' }),
  summary: Type.Array(AnyObject, { description: 'Exact counts by code and column' }),
  ledger: Type.Object({
    records: Type.Integer(),
    accepted: Type.Integer(),
    rejected: Type.Integer(),
    skipped: Type.Object({}, { additionalProperties: true, description: 'By reason' }),
  }),
});

const cursors = cursorFormat(Type.Object({ report: Type.Integer(), after: Type.Integer({ minimum: 0 }) }));

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
      item: ErrorItem,
      meta: ErrorsMeta,
      async find({ query: { limit, cursor, offset = 0 }, request }) {
        const { report_no: report } = await visibleDataset(pool, request);
        const position = cursor === undefined ? undefined : cursors.decode(cursor);
        if (position && position.report !== report) throw cursorExpired();
        const found = report === null ? undefined : await findReportSummary(pool, report);
        if (report === null || !found) return { data: [], meta: metaOf(EMPTY, null) };
        // The errors of a report are numbered without gaps.
        const after = position?.after ?? offset;
        const rows = await listRecordErrors(pool, report, { after, limit: limit + 1 });
        const data = rows.slice(0, limit) as unknown as Static<typeof ErrorItem>[];
        const last = rows.length > limit ? data.at(-1) : undefined;
        const next = last ? cursors.encode({ report, after: last.seq }) : null;
        return { data, meta: metaOf(found, next) };
      },
    });
    done();
  };
}

const EMPTY: ReportSummary = {
  records: 0,
  accepted: 0,
  rejected: 0,
  skipped: {},
  summary: [],
  error_count: 0,
  truncated: false,
};

function metaOf(
  found: ReportSummary,
  next: string | null,
): Static<typeof ErrorsMeta> & { next_cursor: string | null } {
  const { records, accepted, rejected, skipped, summary, error_count: total, truncated } = found;
  const ledger = { records, accepted, rejected, skipped };
  return { next_cursor: next, total, truncated, summary: [...summary], ledger };
}
