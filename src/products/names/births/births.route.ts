import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { AppError, notFound } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import { findCountryNo } from '../catalog/country.query.ts';
import { lockCountry, raiseDataVersion } from '../catalog/publish.query.ts';
import { listAreas } from '../read-model/catalog.query.ts';
import { foldKey, nameKey } from '../spelling/name-keys.ts';
import { readBirthsCsv } from './births-csv.ts';
import {
  type BirthChanges,
  type BirthTotal,
  listBirths,
  removeOtherBirths,
  writeBirths,
} from './births.query.ts';
import { type BirthError, checkBirths, type FindAreaCode, type RawTotal } from './check-births.ts';

type App = Parameters<FastifyPluginCallbackTypebox>[0];

/** Errors shown of one body. */
const MOST_ERRORS = 1000;

const Params = Type.Object({
  country: Type.String({ pattern: '^([A-Za-z]{2}|[0-9a-fA-F-]{36})$', description: 'Id or code' }),
});

const Total = Type.Object({
  area: Type.String({ description: 'Code of a region; that of the country for the whole of it' }),
  year: Type.Integer(),
  gender: OneOf(['F', 'M']),
  births: Type.Integer(),
  source: Nullable(Type.String()),
  attribution: Nullable(Type.String()),
});

const SentTotal = Type.Object(
  {
    area: Type.Optional(Nullable(Type.String({ description: 'Absent: the whole country' }))),
    year: Type.Integer(),
    gender: Type.String(),
    births: Type.Integer(),
    source: Type.Optional(Nullable(Type.String())),
    attribution: Type.Optional(Nullable(Type.String())),
  },
  { additionalProperties: false },
);

const Sent = Type.Object(
  { data: Type.Array(SentTotal, { maxItems: 50_000 }), meta: Type.Optional(Type.Unknown()) },
  { additionalProperties: false },
);
const body = {
  content: { 'application/json': { schema: Sent }, 'text/csv': { schema: Type.String() } },
};

const Written = Type.Object({
  data: Type.Object({
    total: Type.Integer({ description: 'Totals that the country has now' }),
    added: Type.Integer(),
    changed: Type.Integer(),
    removed: Type.Integer(),
  }),
  meta: Type.Object({}),
});

const write = { access: 'admin', scope: 'datasets:write' } as const;
const params = { country: 'US' };
const example = {
  params,
  body: {
    data: [
      {
        year: 1901,
        gender: 'F',
        births: 254_232,
        source: 'https://www.ssa.gov/oact/babynames/numberUSbirths.html',
      },
      {
        year: 1901,
        gender: 'M',
        births: 115_595,
        source: 'https://www.ssa.gov/oact/babynames/numberUSbirths.html',
      },
    ],
  },
};
const tags = ['countries'];

/** `/v1/countries/{country}/births`: official totals, which shares are shares of. */
export function birthsRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, text, parsed) =>
      parsed(null, text),
    );
    writeRoute(app, pool, 'POST');
    writeRoute(app, pool, 'PUT');
    readRoutes(app, pool);
    done();
  };
}

function readRoutes(app: App, pool: Pool): void {
  registerList(app, {
    url: '/v1/countries/:country/births',
    config: { access: 'public_read', example: { params } },
    summary: 'Official totals of births',
    description:
      'All totals of the country, whole and by area; the CSV form can be sent back by PUT as it is.',
    tags,
    params: Params,
    query: Type.Object({}),
    item: Total,
    meta: Type.Object({ total: Type.Integer(), next_cursor: Nullable(Type.String()) }),
    async find({ params: { country } }) {
      const data = await listBirths(pool, await requireCountryNo(pool, country));
      return { data, meta: { total: data.length, next_cursor: null } };
    },
  });
}

function writeRoute(app: App, pool: Pool, method: 'PUT' | 'POST'): void {
  const replaces = method === 'PUT';
  app.route({
    method,
    url: '/v1/countries/:country/births',
    config: { ...write, example },
    schema: {
      summary: replaces ? 'Replace the totals of births of a country' : 'Add totals of births',
      description: `${
        replaces
          ? 'What is not sent is removed.'
          : 'What is not sent stays; the same area, year and gender is replaced.'
      } JSON or CSV with a header. Nothing is written where a line is wrong (422 \`births_refused\`, each line in \`details\`).`,
      tags,
      params: Params,
      body,
      response: { 200: Written },
    },
    handler: async (request) => {
      const sent = request.body as string | Static<typeof Sent>;
      const changes = await pool.transaction(async (tx) => {
        const countryNo = await requireCountryNo(tx, request.params.country);
        await lockCountry(tx, countryNo);
        return replaceBirths(tx, countryNo, await checked(tx, countryNo, sent), replaces);
      });
      return { data: changes, meta: {} };
    },
  });
}

async function checked(
  tx: Database,
  countryNo: number,
  sent: string | Static<typeof Sent>,
): Promise<BirthTotal[]> {
  const { lines, errors } =
    typeof sent === 'string' ? readBirthsCsv(sent) : { lines: linesOf(sent), errors: [] };
  const found = checkBirths(lines, await areaCodes(tx, countryNo));
  const all = [...errors, ...found.errors].sort((a, b) => a.line - b.line);
  if (all.length > 0) throw refused(all);
  return found.totals;
}

async function replaceBirths(
  tx: Database,
  countryNo: number,
  totals: readonly BirthTotal[],
  replaces: boolean,
): Promise<BirthChanges & { total: number }> {
  const removed = replaces ? await removeOtherBirths(tx, countryNo, totals) : 0;
  const { added, changed } = await writeBirths(tx, countryNo, totals);
  if (added + changed + removed > 0) await raiseDataVersion(tx, countryNo);
  return { total: (await listBirths(tx, countryNo)).length, added, changed, removed };
}

function linesOf({ data }: Static<typeof Sent>): RawTotal[] {
  return data.map(({ area, year, gender, births, source, attribution }, at) => ({
    line: at + 1,
    area: area ?? '',
    year: String(year),
    gender,
    births: String(births),
    source: source ?? '',
    attribution: attribution ?? '',
  }));
}

/** Areas by code, by code without the country, and by name; nothing is the country itself. */
async function areaCodes(tx: Database, countryNo: number): Promise<FindAreaCode> {
  const codes = new Map<string, string>();
  const areas = await listAreas(tx, countryNo);
  for (const { code, name } of areas.toReversed())
    for (const word of [name, code.slice(code.indexOf('-') + 1), code])
      codes.set(foldKey(nameKey(word)), code);
  const national = areas.find(({ level }) => level === 0)?.code;
  return (text) => (text === '' ? national : codes.get(foldKey(nameKey(text))));
}

async function requireCountryNo(db: Database, idOrCode: string): Promise<number> {
  const no = await findCountryNo(db, idOrCode.length === 2 ? idOrCode.toUpperCase() : idOrCode);
  if (no === undefined) throw notFound('country', idOrCode);
  return no;
}

function refused(errors: readonly BirthError[]): AppError {
  const lines = new Set(errors.map(({ line }) => line)).size;
  const message = `${lines} of the lines cannot be taken, so none was; details say why.`;
  return new AppError(
    'unprocessable',
    'births_refused',
    message,
    errors.slice(0, MOST_ERRORS).map((error) => ({ ...error })),
  );
}
