import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf, Uuid } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { type DatasetSlice, listDatasetSlices, type SlicePosition } from './dataset-slices.query.ts';
import { DatasetParams, NO_SUCH_DATASET } from './dataset-view.ts';
import { visibleDataset } from './visible-dataset.ts';

const SliceItem = Type.Object({
  area: Type.String({ description: 'Country code, or ISO 3166-2 code of a region' }),
  year_from: Type.Integer(),
  year_to: Type.Integer(),
  gender: Type.String(),
  file: Type.String({ description: 'Inner file that states it' }),
  rows_read: Type.Integer({
    description: 'Accepted records of the file; of a column a year those with a count',
  }),
  sum_read: Type.Number(),
  rows: Type.Integer({ description: 'Names listed' }),
  sum: Type.Number({ description: 'Of their counts' }),
  withheld: Type.Integer({ description: 'Names listed whose count the office hides' }),
  aggregates: Type.Number({ description: 'Births that the office reports for all rare names together' }),
  repeats: Type.Integer({ description: 'Records that repeated a name' }),
  status: OneOf(['published', 'superseded', 'waiting', 'dry_run', 'deleted', 'aside']),
  superseded_by: Nullable(Uuid),
});

const cursors = cursorFormat(
  Type.Object({
    release: Type.Integer(),
    area: Type.String(),
    year: Type.Integer(),
    gender: Type.String({ maxLength: 1 }),
    from: Type.Integer(),
  }),
);

export function datasetSliceRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    registerList(app, {
      url: '/v1/datasets/:id/slices',
      config: { access: 'viewer', example: NO_SUCH_DATASET },
      summary: 'What a dataset holds by area, year and gender, and which of it is published',
      description: 'Empty until the file was read to its end.',
      tags: ['datasets'],
      params: DatasetParams,
      query: Type.Object(pagingParameters),
      item: SliceItem,
      meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
      async find({ query: { limit, cursor, offset = 0 }, request }) {
        const { release_no: release } = await visibleDataset(pool, request);
        const after = cursor === undefined ? undefined : cursors.decode(cursor);
        if (after && after.release !== release) throw cursorExpired();
        if (release === null) return { data: [], meta: { next_cursor: null } };
        const rows = await listDatasetSlices(pool, release, {
          limit: limit + 1,
          offset: after ? 0 : offset,
          after,
        });
        const data = rows.slice(0, limit);
        const last = rows.length > limit ? data.at(-1) : undefined;
        const next = last && cursors.encode({ release, ...positionOf(last) });
        return { data, meta: { next_cursor: next ?? null } };
      },
    });
    done();
  };
}

function positionOf({ area, year_to: year, gender, year_from: from }: DatasetSlice): SlicePosition {
  return { area, year, gender, from };
}

/** The file was read again while somebody paged through the former reading. */
function cursorExpired(): AppError {
  const message = 'The file was read again since this cursor was made. Begin again without a cursor.';
  return new AppError('gone', 'cursor_expired', message);
}
