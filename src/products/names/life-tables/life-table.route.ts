import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AppError, notFound } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import { findCountryNo } from '../catalog/country.query.ts';
import { lockCountry, raiseDataVersion } from '../catalog/publish.query.ts';
import { listCohorts, removeCohorts, writeCohort } from './life-table.query.ts';
import { type LifeTableError, readLifeTableCsv } from './life-table-csv.ts';

type App = Parameters<FastifyPluginCallbackTypebox>[0];

/** Errors shown of one body. */
const MOST_ERRORS = 1000;
const URL = '/v1/countries/:country/life-table';

const Params = Type.Object({
  country: Type.String({ pattern: '^([A-Za-z]{2}|[0-9a-fA-F-]{36})$', description: 'Id or code' }),
});

const Survivors = Type.Object({
  cohort: Type.Integer({ description: 'Year of birth' }),
  gender: OneOf(['F', 'M']),
  age: Type.Integer(),
  survivors: Type.Number({ description: 'Alive at this age (l_x) of those at age 0' }),
  source: Nullable(Type.String()),
});

const Written = Type.Object({
  data: Type.Object({
    total: Type.Integer({ description: 'Cohorts that the country has now' }),
    written: Type.Integer(),
  }),
  meta: Type.Object({}),
});

const write = { access: 'admin', scope: 'datasets:write' } as const;
const params = { country: 'US' };
const example = { params };
const tags = ['countries'];

/** `/v1/countries/{country}/life-table`: survivors by cohort, which predicted ages are made of. */
export function lifeTableRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, text, parsed) =>
      parsed(null, text),
    );
    writeRoute(app, pool);
    readRoutes(app, pool);
    removeRoute(app, pool);
    done();
  };
}

function readRoutes(app: App, pool: Pool): void {
  registerList(app, {
    url: URL,
    config: { access: 'public_read', example },
    summary: 'Life table by cohort',
    description: 'All survivors by sex, year of birth and age; the CSV form can be sent back as it is.',
    tags,
    params: Params,
    query: Type.Object({}),
    item: Survivors,
    meta: Type.Object({ total: Type.Integer(), next_cursor: Nullable(Type.String()) }),
    async find({ params: { country } }) {
      const cohorts = await listCohorts(pool, await requireCountryNo(pool, country));
      const data = cohorts.flatMap(({ survivors, ...rest }) =>
        survivors.map((alive, age) => ({ ...rest, age, survivors: alive })),
      );
      return { data, meta: { total: data.length, next_cursor: null } };
    },
  });
}

function writeRoute(app: App, pool: Pool): void {
  app.post(
    URL,
    {
      config: {
        ...write,
        example: {
          params,
          headers: { 'content-type': 'text/csv' },
          body: 'cohort,gender,age,survivors\n1980,F,0,100000\n1980,F,1,98800\n',
        },
      },
      schema: {
        summary: 'Add cohorts to a life table, or replace them',
        description:
          'CSV with a header: cohort, gender, age, survivors, source. Every age of a cohort from 0 on; the same sex and year of birth is replaced whole. Nothing is written where a line is wrong (422 `life_table_refused`).',
        tags,
        params: Params,
        body: { content: { 'text/csv': { schema: Type.String() } } },
        response: { 200: Written },
      },
    },
    async (request) => {
      const { cohorts, errors } = readLifeTableCsv(request.body as string);
      if (errors.length > 0) throw refused(errors);
      const total = await pool.transaction(async (tx) => {
        const countryNo = await requireCountryNo(tx, request.params.country);
        await lockCountry(tx, countryNo);
        for (const cohort of cohorts) await writeCohort(tx, countryNo, cohort);
        if (cohorts.length > 0) await raiseDataVersion(tx, countryNo);
        return (await listCohorts(tx, countryNo)).length;
      });
      return { data: { total, written: cohorts.length }, meta: {} };
    },
  );
}

function removeRoute(app: App, pool: Pool): void {
  app.delete(
    URL,
    {
      config: { ...write, example },
      schema: {
        summary: 'Remove the life table of a country',
        description: 'All cohorts of both sexes; ages of bearers are not predicted any more.',
        tags,
        params: Params,
        response: {
          200: Type.Object({ data: Type.Object({ removed: Type.Integer() }), meta: Type.Object({}) }),
        },
      },
    },
    async (request) => {
      const removed = await pool.transaction(async (tx) => {
        const countryNo = await requireCountryNo(tx, request.params.country);
        await lockCountry(tx, countryNo);
        const cohorts = await removeCohorts(tx, countryNo);
        if (cohorts > 0) await raiseDataVersion(tx, countryNo);
        return cohorts;
      });
      return { data: { removed }, meta: {} };
    },
  );
}

async function requireCountryNo(db: Database, idOrCode: string): Promise<number> {
  const no = await findCountryNo(db, idOrCode.length === 2 ? idOrCode.toUpperCase() : idOrCode);
  if (no === undefined) throw notFound('country', idOrCode);
  return no;
}

function refused(errors: readonly LifeTableError[]): AppError {
  const lines = new Set(errors.map(({ line }) => line)).size;
  const message = `${lines} of the lines cannot be taken, so none was; details say why.`;
  return new AppError(
    'unprocessable',
    'life_table_refused',
    message,
    errors.slice(0, MOST_ERRORS).map((error) => ({ ...error })),
  );
}
