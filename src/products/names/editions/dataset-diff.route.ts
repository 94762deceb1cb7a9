import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { DatasetParams, NO_SUCH_DATASET } from '../catalog/dataset-view.ts';
import { visibleDataset } from '../catalog/visible-dataset.ts';
import { findChangedNames } from './changed-names.ts';
import { listSliceChanges } from './changes.query.ts';
import { CHANGE_KINDS } from './compare-rows.ts';
import { ChangesWithJumps } from './summary.ts';

const count = Nullable(Type.Integer());
const sum = Nullable(Type.Number());

const NameItem = Type.Object({
  area: Type.String({ description: 'Country code, or ISO 3166-2 code of a region' }),
  year: Type.Integer(),
  gender: OneOf(['F', 'M']),
  name: Type.String(),
  kind: OneOf(CHANGE_KINDS),
  count_before: Nullable(Type.Integer({ description: 'Null: not listed, or listed without a count' })),
  count,
  change: Nullable(Type.Integer({ description: 'Null where one of both counts is not known' })),
  rank_before: count,
  rank: count,
  rank_change: Nullable(Type.Integer({ description: 'Rank before less rank now: a rise is positive' })),
});

const SliceItem = Type.Object({
  area: Type.String(),
  year: Type.Integer(),
  gender: OneOf(['F', 'M']),
  kind: OneOf(['new', 'revised', 'same', 'kept']),
  compared_with: Nullable(
    Type.String({ format: 'uuid', description: 'The dataset that supplied the slice' }),
  ),
  rows_before: count,
  rows: Type.Integer(),
  sum_before: sum,
  sum: Type.Number(),
  withheld_before: count,
  withheld: Type.Integer(),
  names_new: Type.Integer(),
  names_gone: Type.Integer(),
  names_revised: Type.Integer(),
});

const placeFilters = {
  area: Type.Optional(Type.String({ minLength: 2, maxLength: 50, description: 'Its code' })),
  year: Type.Optional(Type.Integer({ minimum: 1800, maximum: 2100 })),
  gender: Type.Optional(OneOf(['F', 'M'])),
};

const Meta = Type.Object({ next_cursor: Nullable(Type.String()), changes: Nullable(ChangesWithJumps) });

const cursors = cursorFormat(
  Type.Object({
    of: Type.String({ maxLength: 40 }),
    area: Type.String({ maxLength: 50 }),
    year: Type.Integer(),
    gender: Type.String({ maxLength: 1 }),
    at: Type.Integer({ minimum: 0 }),
  }),
);

type App = Parameters<FastifyPluginCallbackTypebox>[0];

/** What a dataset changes, or would change, in the numbers that were published when it was read. */
export function datasetDiffRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    namesRoute(app, pool);
    slicesRoute(app, pool);
    done();
  };
}

function namesRoute(app: App, pool: Pool): void {
  registerList(app, {
    url: '/v1/datasets/:id/diff',
    config: { access: 'viewer', example: NO_SUCH_DATASET },
    summary: 'The names that a dataset changes in the slices that were there before it',
    description:
      'By area, year and gender, the largest change of counts first. Of a dry run: what it would change. ' +
      '`meta.changes` has the totals and the largest jumps of all slices. Names of new slices are not listed. ' +
      '410 `diff_expired` once one of both readings is no longer kept.',
    tags: ['datasets'],
    params: DatasetParams,
    query: Type.Object({ ...placeFilters, kind: Type.Optional(OneOf(CHANGE_KINDS)), ...pagingParameters }),
    item: NameItem,
    meta: Meta,
    async find({ query, request }) {
      const { id, changes } = await visibleDataset(pool, request);
      if (!changes) return { data: [], meta: { next_cursor: null, changes: null } };
      const { area, year, gender, kind = null, limit, cursor, offset = 0 } = query;
      const place = decode(cursor, changes.compared_at);
      const filter = { area: area?.toUpperCase(), year, gender, names: kind };
      const { names, next } = await findChangedNames(
        pool,
        { datasetId: id, filter, limit },
        { slice: place && { ...place, isIncluded: true }, at: place?.at ?? offset },
      );
      const nextCursor = next ? cursors.encode({ of: changes.compared_at, ...next }) : null;
      return { data: names, meta: { next_cursor: nextCursor, changes } };
    },
  });
}

function slicesRoute(app: App, pool: Pool): void {
  registerList(app, {
    url: '/v1/datasets/:id/diff/slices',
    config: { access: 'viewer', example: NO_SUCH_DATASET },
    summary: 'The slices of a dataset beside those that were published before it',
    description:
      'Names and births before and after, and how many names are new, gone and revised. `new`: nobody supplied ' +
      'the slice; `same`: no name changes; `kept`: ranks alone, which replace no counts.',
    tags: ['datasets'],
    params: DatasetParams,
    query: Type.Object({
      ...placeFilters,
      kind: Type.Optional(OneOf(['new', 'revised', 'same', 'kept'])),
      ...pagingParameters,
    }),
    item: SliceItem,
    meta: Meta,
    async find({ query, request }) {
      const { id, changes } = await visibleDataset(pool, request);
      if (!changes) return { data: [], meta: { next_cursor: null, changes: null } };
      const { area, year, gender, kind, limit, cursor, offset = 0 } = query;
      const place = decode(cursor, changes.compared_at);
      const rows = await listSliceChanges(
        pool,
        id,
        { area: area?.toUpperCase(), year, gender, kind },
        {
          limit: limit + 1,
          offset: place ? 0 : offset,
          from: place && { ...place, isIncluded: false },
        },
      );
      const data = rows.slice(0, limit);
      const last = rows.length > limit ? data.at(-1) : undefined;
      const nextCursor = last
        ? cursors.encode({
            of: changes.compared_at,
            area: last.area,
            year: last.year,
            gender: last.gender,
            at: 0,
          })
        : null;
      return { data, meta: { next_cursor: nextCursor, changes } };
    },
  });
}

/** Throws invalid_cursor; gone: cursor_expired where the file was read again since. */
function decode(cursor: string | undefined, comparedAt: string) {
  if (cursor === undefined) return undefined;
  const place = cursors.decode(cursor);
  if (place.of === comparedAt) return place;
  const message = 'The file was read again since this cursor was made. Begin again without a cursor.';
  throw new AppError('gone', 'cursor_expired', message);
}
