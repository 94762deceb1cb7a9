import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { AppError, notFound } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, Timestamp, Uuid } from '#platform/http/schemas.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import {
  countDatasets,
  type Country,
  type CountryFields,
  deleteCountry,
  findCountry,
  insertCountry,
  isCodeTaken,
  listCountries,
  lockCountryRow,
  updateCountry,
} from './country.query.ts';

const Code = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2', examples: ['SE'] });
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' });
const Url = Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2000 });
const Words = Type.String({ maxLength: 1000 });

const optionalFields = {
  source_url: Type.Optional(Nullable(Url)),
  attribution: Type.Optional(Nullable(Words)),
  licence: Type.Optional(Nullable(Words)),
  licence_url: Type.Optional(Nullable(Url)),
};

const CountryBody = Type.Object({ code: Code, name: Name, ...optionalFields });
const CountryChange = Type.Object(
  { code: Type.Optional(Code), name: Type.Optional(Name), ...optionalFields },
  { minProperties: 1 },
);
const CountryParams = Type.Object({
  country: Type.String({ pattern: '^([A-Za-z]{2}|[0-9a-fA-F-]{36})$', description: 'Id or code' }),
});

const CountryItem = Type.Object({
  id: Uuid,
  code: Type.String(),
  name: Type.String(),
  source_url: Nullable(Type.String()),
  attribution: Nullable(Type.String({ description: 'Credit that the office asks for' })),
  licence: Nullable(Type.String()),
  licence_url: Nullable(Type.String()),
  created_by: Nullable(Type.String()),
  created_at: Timestamp,
  updated_at: Timestamp,
});
const CountryAnswer = Type.Object({ data: CountryItem, meta: Type.Object({}) });

type App = Parameters<FastifyPluginCallbackTypebox>[0];

const cursors = cursorFormat(Type.Object({ after: Type.String({ maxLength: 2 }) }));
const tags = ['countries'];
const write = { access: 'admin', scope: 'datasets:write' } as const;
const example = { params: { country: 'US' } };
const changed = { params: { country: 'AU' }, body: { name: 'Australia' } };

/** Countries: read by anybody, written by admins. */
export function countryRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    readRoutes(app, pool);
    createRoute(app, pool);
    changeRoutes(app, pool);
    deleteRoute(app, pool);
    done();
  };
}

function readRoutes(app: App, pool: Pool): void {
  registerList(app, {
    url: '/v1/countries',
    config: { access: 'public_read', example: {} },
    summary: 'Countries, by code',
    description: 'The countries that datasets can belong to, with the source and the licence of their files.',
    tags,
    query: Type.Object(pagingParameters),
    item: CountryItem,
    meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
    async find({ query: { limit, cursor, offset = 0 } }) {
      const after = cursor === undefined ? undefined : cursors.decode(cursor).after;
      const rows = await listCountries(pool, { limit: limit + 1, offset: after ? 0 : offset, after });
      const data = rows.slice(0, limit);
      const last = rows.length > limit ? data.at(-1) : undefined;
      return { data, meta: { next_cursor: last ? cursors.encode({ after: last.code }) : null } };
    },
  });
  app.get(
    '/v1/countries/:country',
    {
      config: { access: 'public_read', example },
      schema: {
        summary: 'One country',
        description: 'By its id or by its code.',
        tags,
        params: CountryParams,
        response: { 200: CountryAnswer },
      },
    },
    async ({ params }) => ({ data: await requireCountry(pool, params.country), meta: {} }),
  );
}

function createRoute(app: App, pool: Pool): void {
  app.post(
    '/v1/countries',
    {
      config: { ...write, example: { body: { code: 'SE', name: 'Sweden', attribution: 'SCB' } } },
      schema: {
        summary: 'Add a country',
        description: '409 `country_exists` when the code is taken.',
        tags,
        body: CountryBody,
        response: { 201: CountryAnswer },
      },
    },
    async ({ body, caller }, reply) => {
      const country = await insertCountry(pool, wholeCountry(body), caller.keyId);
      if (!country) throw codeTaken(body.code);
      void reply.code(201).header('location', `/v1/countries/${country.id}`);
      return { data: country, meta: {} };
    },
  );
}

function changeRoutes(app: App, pool: Pool): void {
  app.put(
    '/v1/countries/:country',
    {
      config: { ...write, example: { ...changed, body: { code: 'AU', name: 'Australia' } } },
      schema: {
        summary: 'Replace a country',
        description:
          'What is left out becomes null. The code of a country with datasets stays (409 `country_in_use`).',
        tags,
        params: CountryParams,
        body: CountryBody,
        response: { 200: CountryAnswer },
      },
    },
    async ({ params, body }) => ({
      data: await changeCountry(pool, params.country, () => wholeCountry(body)),
      meta: {},
    }),
  );
  app.patch(
    '/v1/countries/:country',
    {
      config: { ...write, example: changed },
      schema: {
        summary: 'Change some fields of a country',
        description: 'What is left out stays as it is.',
        tags,
        params: CountryParams,
        body: CountryChange,
        response: { 200: CountryAnswer },
      },
    },
    async ({ params, body }) => ({
      data: await changeCountry(pool, params.country, (before) => ({ ...before, ...body })),
      meta: {},
    }),
  );
}

function deleteRoute(app: App, pool: Pool): void {
  app.delete(
    '/v1/countries/:country',
    {
      config: { ...write, example: { params: { country: 'ZZ' }, status: 404 } },
      schema: {
        summary: 'Delete a country',
        description: 'Only one without datasets, deleted ones included (409 `country_in_use`).',
        tags,
        params: CountryParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      await pool.transaction(async (tx) => {
        const country = await requireLockedCountry(tx, params.country);
        const datasets = await countDatasets(tx, country.id);
        if (datasets > 0) throw inUse(country.code, datasets, 'it cannot be deleted');
        await deleteCountry(tx, country.id);
      });
      return reply.code(204).send(null);
    },
  );
}

async function changeCountry(
  pool: Pool,
  idOrCode: string,
  change: (before: Country) => CountryFields,
): Promise<Country> {
  return pool.transaction(async (tx) => {
    const before = await requireLockedCountry(tx, idOrCode);
    const after = change(before);
    if (after.code !== before.code) {
      const datasets = await countDatasets(tx, before.id);
      if (datasets > 0) throw inUse(before.code, datasets, 'its code cannot change');
      if (await isCodeTaken(tx, after.code, before.id)) throw codeTaken(after.code);
    }
    return (await updateCountry(tx, before.id, after)) ?? before;
  });
}

async function requireLockedCountry(tx: Database, idOrCode: string): Promise<Country> {
  const { id } = await requireCountry(tx, idOrCode);
  await lockCountryRow(tx, id);
  return requireCountry(tx, id);
}

async function requireCountry(db: Database, idOrCode: string): Promise<Country> {
  const country = await findCountry(db, idOrCode.length === 2 ? idOrCode.toUpperCase() : idOrCode);
  if (!country) throw notFound('country', idOrCode);
  return country;
}

function wholeCountry(body: Static<typeof CountryBody>): CountryFields {
  const { code, name, source_url = null, attribution = null, licence = null, licence_url = null } = body;
  return { code, name: name.trim(), source_url, attribution, licence, licence_url };
}

function codeTaken(code: string): AppError {
  return new AppError('conflict', 'country_exists', `There is a country ${code} already.`, { code });
}

function inUse(code: string, datasets: number, effect: string): AppError {
  const message = `${code} has ${datasets} datasets, so ${effect}. Delete them first; they are gone for good after 30 days.`;
  return new AppError('conflict', 'country_in_use', message, { datasets });
}
