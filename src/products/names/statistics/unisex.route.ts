import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import { BALANCES } from './balance.ts';
import { creditsOf, rangeOf } from './name-gender.route.ts';
import { SourceSchema, sourcesOf, versionsOf } from './provenance.ts';
import { CountryCodes, MeasureParameter, Year } from './schemas.ts';
import { chooseAreas, type CountryArea, slicesOf } from './scope.ts';
import { BANDS, bandOf, type UnisexName } from './unisex.ts';
import { createUnisexAnswers, lastYears, type UnisexAnswers } from './unisex-answers.ts';

const DEFAULT_YEARS = 20;
const SORTS = ['-count', '-index'] as const;
const scopeParameters = {
  country: Type.Optional(CountryCodes),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  measure: Type.Optional(MeasureParameter),
  year_from: Type.Optional(Year),
  year_to: Type.Optional(Year),
};

const NamesQuery = Type.Object({
  ...scopeParameters,
  min_count: Type.Integer({ minimum: 20, maximum: 1_000_000, default: 100 }),
  level: Type.Number({ minimum: 0.5, maximum: 0.999, default: 0.95 }),
  balance: OneOf(
    BALANCES.filter((balance) => balance !== 'yearly'),
    { default: 'auto' },
  ),
  sort: OneOf(SORTS, { default: '-count' }),
  ...pagingParameters,
});

const NameItem = Type.Object({
  name: Type.String(),
  country: Type.String(),
  area: Type.String(),
  year_from: Type.Integer(),
  year_to: Type.Integer(),
  female_count: Type.Integer(),
  male_count: Type.Integer(),
  total_count: Type.Integer(),
  female_probability: Type.Number(),
  interval_low: Type.Number(),
  interval_high: Type.Number(),
  index: Type.Number({ description: '1 − |2p − 1|: 0 one sex, 1 half and half' }),
  band: OneOf(BANDS, { description: 'single_sex below 0.10, leaning to 0.30, mixed to 0.70, even' }),
});

const NamesMeta = Type.Object({
  total: Type.Integer(),
  limit: Type.Integer(),
  next_cursor: Nullable(Type.String()),
  sources: Type.Array(SourceSchema),
});

const YearItem = Type.Object({
  country: Type.String(),
  area: Type.String(),
  year: Type.Integer(),
  index: Type.Number({ description: 'Mean index of the names of all births listed' }),
  index_at_most: Type.Number({ description: 'If the lists hid as many births as their thresholds let them' }),
  one_sex_share: Type.Number({
    description: 'Births whose name is listed for one sex only: the other has none, or too few to show',
  }),
  names: Type.Integer(),
  births: Type.Integer(),
});

const YearsMeta = Type.Object({ next_cursor: Nullable(Type.String()), sources: Type.Array(SourceSchema) });

const cursors = cursorFormat(Type.Object({ v: Type.String(), o: Type.Integer({ minimum: 0 }) }));

/** `GET /v1/statistics/unisex` and `…/unisex/years`: names of both sexes, and how common they were. */
export function unisexRoutes(model: ReadModel): FastifyPluginCallback {
  const answers = createUnisexAnswers(model);
  return (app, _options, done) => {
    namesRoute(app, model, answers);
    yearsRoute(app, model, answers);
    done();
  };
}

function namesRoute(app: FastifyInstance, model: ReadModel, answers: UnisexAnswers): void {
  registerList(app, {
    url: '/v1/statistics/unisex',
    config: {
      access: 'public_read',
      example: { query: { country: 'US', year_from: 2000, year_to: 2020, limit: 5 } },
    },
    summary: 'Names given to girls and boys',
    description:
      'Names of which the rarer sex has more than a tenth, at the near end of the interval; of the last 20 years where none are asked for. Each country has its own lines.',
    tags: ['statistics'],
    query: NamesQuery,
    item: NameItem,
    meta: NamesMeta,
    async find({ query, format, request, reply }) {
      const { cursor, offset = 0, limit } = query;
      const parts = ['unisex', JSON.stringify(query), format];
      return answerFrom({ request, reply, model, parts }, async (snapshot) => {
        const { lines, scopes } = await listNames(answers, snapshot, query);
        const version = versionsOf(scopes.map(({ country }) => country));
        const start = cursor === undefined ? offset : placeOfCursor(cursor, version);
        const end = start + limit;
        return {
          data: lines.slice(start, end).map((line) => itemOf(snapshot, line)),
          meta: {
            total: lines.length,
            limit,
            next_cursor: end < lines.length ? cursors.encode({ v: version, o: end }) : null,
            sources: sourcesOf(scopes.flatMap((scope) => creditsOf([scope], windowOf(scope, query)))),
          },
        };
      });
    },
  });
}

/** A name of one area over some years. */
interface Line {
  readonly scope: CountryArea;
  readonly range: { readonly from: number; readonly to: number };
  readonly name: UnisexName;
}

async function listNames(
  answers: UnisexAnswers,
  snapshot: Snapshot,
  query: Static<typeof NamesQuery>,
): Promise<{ lines: Line[]; scopes: CountryArea[] }> {
  const rules = { level: query.level, minCount: query.min_count, balance: query.balance };
  const scopes = chooseAreas(snapshot, query.country, query.area, query.measure).filter(hasNumbers);
  const lists = await Promise.all(
    scopes.map(async (scope) => {
      const range = windowOf(scope, query);
      const found = await answers.names(snapshot, scope, range, rules);
      return found.map((name) => ({ scope, range, name }));
    }),
  );
  const lines = lists.flat();
  if (query.sort === '-index') lines.sort((a, b) => b.name.index - a.name.index || byTotal(a, b));
  else if (lists.length > 1) lines.sort(byTotal);
  return { lines, scopes };
}

function byTotal({ name: a }: Line, { name: b }: Line): number {
  return b.counts.F + b.counts.M - a.counts.F - a.counts.M;
}

function windowOf(scope: CountryArea, query: Static<typeof NamesQuery>): { from: number; to: number } {
  return lastYears(scope, rangeOf(query.year_from, query.year_to), DEFAULT_YEARS);
}

function itemOf({ dictionary: { rows, positions } }: Snapshot, line: Line): Static<typeof NameItem> {
  const { country, area } = line.scope;
  const { from, to } = line.range;
  const { number, counts, femaleProbability, interval, index } = line.name;
  const { F, M } = counts;
  return {
    name: rows[positions[number] as number]?.name ?? '',
    country: country.code,
    area: area.code,
    year_from: from,
    year_to: to,
    female_count: F,
    male_count: M,
    total_count: F + M,
    female_probability: femaleProbability,
    interval_low: interval.low,
    interval_high: interval.high,
    index,
    band: bandOf(index),
  };
}

function hasNumbers(scope: CountryArea): boolean {
  return (['F', 'M'] as const).some((gender) => slicesOf(scope, gender, {}).length > 0);
}

function placeOfCursor(cursor: string, version: string): number {
  const { v, o } = cursors.decode(cursor);
  if (v === version) return o;
  const message = 'The numbers have changed since this walk began. Begin again without the cursor.';
  throw new AppError('gone', 'cursor_expired', message);
}

function yearsRoute(app: FastifyInstance, model: ReadModel, answers: UnisexAnswers): void {
  registerList(app, {
    url: '/v1/statistics/unisex/years',
    config: { access: 'public_read', example: { query: { country: 'US', year_from: 2000 } } },
    summary: 'How common unisex names were, by year',
    description:
      'The mean of the unisex index over all listed births, for each year with a list of each sex.',
    tags: ['statistics'],
    query: Type.Object(scopeParameters),
    item: YearItem,
    meta: YearsMeta,
    async find({ query, format, request, reply }) {
      const parts = ['unisex years', JSON.stringify(query), format];
      return answerFrom({ request, reply, model, parts }, async (snapshot) => {
        const range = rangeOf(query.year_from, query.year_to);
        const scopes = chooseAreas(snapshot, query.country, query.area, query.measure);
        const years = await Promise.all(
          scopes.map(async (scope) =>
            (await answers.years(snapshot, scope, range)).map(
              ({ year, indexAtMost, oneSexShare, ...rest }) => ({
                country: scope.country.code,
                area: scope.area.code,
                year,
                index_at_most: indexAtMost,
                one_sex_share: oneSexShare,
                ...rest,
              }),
            ),
          ),
        );
        return {
          data: years.flat(),
          meta: { next_cursor: null, sources: sourcesOf(creditsOf(scopes, range)) },
        };
      });
    },
  });
}
