import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { AppError, notFound } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, Timestamp, Uuid } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { checkProfile, ColumnProfile } from './column-profile.ts';
import {
  type ColumnProfileRow,
  deleteColumnProfile,
  findColumnProfile,
  insertColumnProfile,
  isProfileNameTaken,
  listColumnProfiles,
  updateColumnProfile,
} from './column-profiles.query.ts';

const AnyProfile = Type.Object(
  {},
  { additionalProperties: true, description: 'As it was sent, with defaults' },
);

const ProfileItem = Type.Object({
  id: Uuid,
  name: Type.String(),
  profile: AnyProfile,
  created_by: Nullable(Type.String()),
  created_at: Timestamp,
  updated_at: Timestamp,
});
const ProfileAnswer = Type.Object({ data: ProfileItem, meta: Type.Object({}) });
const ProfileParams = Type.Object({ id: Uuid });

type App = Parameters<FastifyPluginCallbackTypebox>[0];

const cursors = cursorFormat(Type.Object({ after: Type.String({ maxLength: 100 }) }));
const tags = ['column profiles'];
const config = { access: 'admin', scope: 'datasets:write' } as const;
const NO_SUCH_PROFILE = { params: { id: '00000000-0000-4000-8000-000000000000' }, status: 404 };
const BODY = {
  name: 'Names of a town',
  columns: { name: 'Vorname', count: 'Anzahl', gender: 'Geschlecht', year: 'Jahr' },
  genders: { w: 'F' },
  threshold: 3,
  licence: 'CC BY 4.0',
};

/** Descriptions of files that no parser reads; an upload names one in its field `profile`. */
export function columnProfileRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    readRoutes(app, pool);
    writeRoutes(app, pool);
    done();
  };
}

function readRoutes(app: App, pool: Pool): void {
  registerList(app, {
    url: '/v1/column-profiles',
    config: { ...config, example: {} },
    summary: 'Saved column profiles, by name',
    description: 'Which columns hold what, in files that no parser reads.',
    tags,
    query: Type.Object(pagingParameters),
    item: ProfileItem,
    meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
    async find({ query: { limit, cursor, offset = 0 } }) {
      const after = cursor === undefined ? null : cursors.decode(cursor).after;
      const rows = await listColumnProfiles(pool, {
        limit: limit + 1,
        offset: after === null ? offset : 0,
        after,
      });
      const data = rows.slice(0, limit).map(viewProfile);
      const last = rows.length > limit ? data.at(-1) : undefined;
      return { data, meta: { next_cursor: last ? cursors.encode({ after: last.name }) : null } };
    },
  });
  app.get(
    '/v1/column-profiles/:id',
    {
      config: { ...config, example: NO_SUCH_PROFILE },
      schema: {
        summary: 'One column profile',
        description: 'As it is now; a dataset shows the one that it was uploaded with in its `options`.',
        tags,
        params: ProfileParams,
        response: { 200: ProfileAnswer },
      },
    },
    async ({ params: { id } }) => {
      const row = await findColumnProfile(pool, id);
      if (!row) throw notFound('column profile', id);
      return { data: viewProfile(row), meta: {} };
    },
  );
}

function writeRoutes(app: App, pool: Pool): void {
  app.post(
    '/v1/column-profiles',
    {
      config: { ...config, example: { body: BODY } },
      schema: {
        summary: 'Save a column profile',
        description:
          '409 `profile_exists` when the name is taken, 422 `profile_incomplete` when it reads no file.',
        tags,
        body: ColumnProfile,
        response: { 201: ProfileAnswer },
      },
    },
    async ({ body, caller }, reply) => {
      checkProfile(body);
      const row = await insertColumnProfile(pool, body, caller.keyId);
      if (!row) throw nameTaken(body.name);
      void reply.code(201).header('location', `/v1/column-profiles/${row.id}`);
      return { data: viewProfile(row), meta: {} };
    },
  );
  app.put(
    '/v1/column-profiles/:id',
    {
      config: { ...config, example: { ...NO_SUCH_PROFILE, body: BODY } },
      schema: {
        summary: 'Replace a column profile',
        description: 'Datasets that were uploaded with it keep it as it was, also when they are read again.',
        tags,
        params: ProfileParams,
        body: ColumnProfile,
        response: { 200: ProfileAnswer },
      },
    },
    async ({ params: { id }, body }) => {
      checkProfile(body);
      const row = await pool.transaction(async (tx) => {
        if (!(await findColumnProfile(tx, id))) throw notFound('column profile', id);
        if (await isProfileNameTaken(tx, body.name, id)) throw nameTaken(body.name);
        return updateColumnProfile(tx, id, body);
      });
      if (!row) throw notFound('column profile', id);
      return { data: viewProfile(row), meta: {} };
    },
  );
  app.delete(
    '/v1/column-profiles/:id',
    {
      config: { ...config, example: NO_SUCH_PROFILE },
      schema: {
        summary: 'Delete a column profile',
        description: 'Datasets that were uploaded with it keep their copy.',
        tags,
        params: ProfileParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ params: { id } }, reply) => {
      if (!(await deleteColumnProfile(pool, id))) throw notFound('column profile', id);
      return reply.code(204).send(null);
    },
  );
}

function viewProfile({ profile, ...row }: ColumnProfileRow): Static<typeof ProfileItem> {
  return { ...row, name: profile.name, profile };
}

function nameTaken(name: string): AppError {
  return new AppError('conflict', 'profile_exists', `There is a column profile "${name}" already.`, { name });
}
