import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { notFound } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf, Timestamp, Uuid } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { findCountryNo } from '../catalog/country.query.ts';
import { findParser } from '../parsers/index.ts';
import { MEASURES } from '../read-model/country-catalog.ts';
import { type EditionOfSlice, listEditionsOfSlices } from './country-editions.query.ts';

const Gender = OneOf(['F', 'M']);

const Item = Type.Object({
  area: Type.String({ description: 'Country code, or ISO 3166-2 code of a region' }),
  year: Type.Integer(),
  gender: Gender,
  measure: OneOf(MEASURES),
  dataset_id: Uuid,
  office: Nullable(Type.String()),
  edition: Nullable(Type.String()),
  rows: Type.Integer({ description: 'Names listed' }),
  sum: Type.Number({ description: 'Of their counts' }),
  withheld: Type.Integer(),
  supplies: Type.Boolean({ description: 'Supplies the slice now' }),
  read_at: Timestamp,
});

const cursors = cursorFormat(
  Type.Object({
    area: Type.String({ maxLength: 50 }),
    year: Type.Integer(),
    gender: Gender,
    measure: OneOf(MEASURES),
    seq: Type.Integer(),
  }),
);

/** `GET /v1/countries/{country}/editions`: the history of the published slices of a country. */
export function countryEditionsRoute(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    registerList(app, {
      url: '/v1/countries/:country/editions',
      config: {
        access: 'public_read',
        example: { params: { country: 'US' }, query: { year: '2020', gender: 'F' } },
      },
      summary: 'Which editions were published of each slice of a country',
      description:
        'By area, year and gender, what was published last first. `supplies` marks the one whose numbers count; the others ' +
        'are what it replaced, and what it falls back to when its dataset is deleted. Deleted datasets are left out.',
      tags: ['countries'],
      params: Type.Object({
        country: Type.String({ pattern: '^([A-Za-z]{2}|[0-9a-fA-F-]{36})$', description: 'Id or code' }),
      }),
      query: Type.Object({
        area: Type.Optional(
          Type.String({
            minLength: 2,
            maxLength: 50,
            description: 'Its code; that of the country: the whole',
          }),
        ),
        year: Type.Optional(Type.Integer({ minimum: 1800, maximum: 2100 })),
        gender: Type.Optional(Gender),
        ...pagingParameters,
      }),
      item: Item,
      meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
      async find({ params: { country }, query }) {
        const { area, year, gender, limit, cursor, offset = 0 } = query;
        const no = await findCountryNo(pool, country.length === 2 ? country.toUpperCase() : country);
        if (no === undefined) throw notFound('country', country);
        const after = cursor === undefined ? undefined : cursors.decode(cursor);
        const filter = { area: area?.toUpperCase(), year, gender };
        const page = { limit: limit + 1, offset: after ? 0 : offset, after };
        const found = await listEditionsOfSlices(pool, no, filter, page);
        const rows = found.slice(0, limit);
        const last = found.length > limit ? rows.at(-1) : undefined;
        return { data: rows.map(inWords), meta: { next_cursor: last ? cursorAfter(last) : null } };
      },
    });
    done();
  };
}

function inWords({ parser, profile_office, seq: _seq, ...facts }: EditionOfSlice): Static<typeof Item> {
  return { ...facts, office: findParser(parser)?.office ?? profile_office };
}

function cursorAfter({ area, year, gender, measure, seq }: EditionOfSlice): string {
  return cursors.encode({ area, year, gender, measure, seq });
}
