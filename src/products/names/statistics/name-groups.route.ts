import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { invalidRequest, notFound } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat } from '#platform/http/paging.ts';
import { Nullable, Timestamp } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import { distinctNames } from './group-sum.ts';
import { MOST_NAMES, trendPath } from './group-trend.ts';
import {
  deleteNameGroup,
  findNameGroup,
  listNameGroups,
  type NameGroup,
  writeNameGroup,
} from './name-groups.query.ts';
import { NameText } from './schemas.ts';

type App = Parameters<FastifyPluginCallbackTypebox>[0];

const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 60 });
const Params = Type.Object({ slug: Slug });

const Body = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    names: Type.Array(NameText, { minItems: 2, maxItems: MOST_NAMES }),
    note: Type.Optional(
      Nullable(Type.String({ maxLength: 2000, description: 'Why these names belong together' })),
    ),
  },
  { additionalProperties: false },
);

const Group = Type.Object({
  slug: Type.String(),
  title: Type.String(),
  names: Type.Array(Type.String()),
  note: Nullable(Type.String()),
  trend: Type.String({ description: 'Path of their sum over the years' }),
  updated_at: Timestamp,
});
const Answer = Type.Object({ data: Group, meta: Type.Object({}) });

const cursors = cursorFormat(Type.Object({ after: Slug }));
const tags = ['names'];
const URL = '/v1/name-groups/:slug';
const write = { access: 'admin', scope: 'datasets:write' } as const;
const params = { slug: 'muhammad' };
const BODY = {
  title: 'Muhammad and its spellings',
  names: ['Muhammad', 'Mohammed', 'Mohammad', 'Mohamed'],
  note: 'As offices list them apart',
};

/** `/v1/name-groups`: names that somebody takes for one; their sum is computed when it is asked for. */
export function nameGroupsRoutes(db: Database): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    writeRoutes(app, db);
    readRoutes(app, db);
    done();
  };
}

function readRoutes(app: App, db: Database): void {
  registerList(app, {
    url: '/v1/name-groups',
    config: { access: 'public_read', example: {} },
    summary: 'Saved groups of names',
    description: 'By slug, each with the path of its sum over the years.',
    tags,
    query: Type.Object({
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
      cursor: Type.Optional(Type.String({ maxLength: 500 })),
    }),
    item: Group,
    meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
    async find({ query: { limit, cursor } }) {
      const after = cursor === undefined ? null : cursors.decode(cursor).after;
      const groups = await listNameGroups(db, { after, limit: limit + 1 });
      const data = groups.slice(0, limit).map(viewGroup);
      const last = groups.length > limit ? data.at(-1) : undefined;
      return { data, meta: { next_cursor: last ? cursors.encode({ after: last.slug }) : null } };
    },
  });
  app.get(
    URL,
    {
      config: { access: 'public_read', example: { params } },
      schema: { summary: 'A saved group of names', tags, params: Params, response: { 200: Answer } },
    },
    async ({ params: { slug } }) => {
      const group = await findNameGroup(db, slug);
      if (!group) throw notFound('group of names', slug);
      return { data: viewGroup(group), meta: {} };
    },
  );
}

function writeRoutes(app: App, db: Database): void {
  app.put(
    URL,
    {
      config: { ...write, example: { params, body: BODY } },
      schema: {
        summary: 'Save a group of names',
        description:
          'Replaces the one with this slug. Names of one key are one; two at least have to be left.',
        tags,
        params: Params,
        body: Body,
        response: { 200: Answer },
      },
    },
    async ({ params: { slug }, body }) => {
      const { title, note = null } = body;
      const names = namesOf(body);
      return { data: viewGroup(await writeNameGroup(db, { slug, title, names, note })), meta: {} };
    },
  );
  app.delete(
    URL,
    {
      config: { ...write, example: { params: { slug: 'no-such-group' }, status: 404 } },
      schema: {
        summary: 'Remove a group of names',
        tags,
        params: Params,
        response: { 204: Type.Null({ description: 'It is gone' }) },
      },
    },
    async ({ params: { slug } }, reply) => {
      if (!(await deleteNameGroup(db, slug))) throw notFound('group of names', slug);
      return reply.code(204).send(null);
    },
  );
}

function namesOf({ names }: Static<typeof Body>): string[] {
  const distinct = distinctNames(names.map((name) => name.trim()).filter((name) => name !== ''));
  if (distinct.length > 1) return distinct;
  throw invalidRequest('names', 'A group has two different names at least.');
}

function viewGroup({ slug, title, names, note, updated_at }: NameGroup): Static<typeof Group> {
  return { slug, title, names: [...names], note, trend: trendPath(names), updated_at };
}
