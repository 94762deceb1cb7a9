import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { AppError, notFound } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable } from '#platform/http/schemas.ts';
import type { ExportFilter } from '#engine/exports/export-source.query.ts';
import { conditionsOf, type RowPage } from './filters.query.ts';
import { isReferenced } from './is-referenced.ts';

type App = Parameters<FastifyPluginCallbackTypebox>[0];
/** `no` is its place in the order of creation, which is not shown. */
interface Row {
  readonly no: number;
}

/** How the rows of one resource are read and deleted over HTTP. */
export interface ContentReading<Id extends TSchema> {
  /** `users`: the last part of the path. */
  readonly name: string;
  /** `user`: in sentences. */
  readonly singular: string;
  readonly description: string;
  readonly filters: readonly ExportFilter[];
  readonly exampleQuery: Readonly<Record<string, unknown>>;
  readonly id: Id;
  /** An id that a fresh server does not have. */
  readonly exampleId: string;
  readonly listItem: TObject;
  readonly item: TObject;
  /** In the order of creation, by their `no`. */
  list(page: RowPage): Promise<readonly Row[]>;
  find(id: Static<Id>): Promise<Row | undefined>;
  /** False when there is none; fails with a foreign key violation when others refer to it. */
  remove(id: Static<Id>): Promise<boolean>;
}

const read = { access: 'admin', scope: 'content:read' } as const;
const cursors = cursorFormat(Type.Object({ after: Type.Integer({ minimum: 0 }) }));

/** The list, one by its id, and delete. */
export function contentRoutesOf<Id extends TSchema>(app: App, reading: ContentReading<Id>): void {
  registerContentList(app, reading);
  registerFind(app, reading);
  registerDelete(app, reading);
}

function registerContentList<Id extends TSchema>(app: App, reading: ContentReading<Id>): void {
  const { name } = reading;
  registerList(app, {
    url: `/v1/${name}`,
    config: { ...read, example: { query: reading.exampleQuery } },
    summary: `${name.charAt(0).toUpperCase()}${name.slice(1)} in the order of their creation`,
    description: reading.description,
    tags: [name],
    query: Type.Object({ ...filterParameters(reading.filters), ...pagingParameters }),
    item: reading.listItem,
    meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
    async find({ query }) {
      const { limit, cursor, offset = 0 } = query;
      const after = cursor === undefined ? 0 : cursors.decode(cursor).after;
      const conditions = conditionsOf(reading.filters, query);
      const page = { conditions, after, limit: limit + 1, offset: after > 0 ? 0 : offset };
      const rows = await reading.list(page);
      const data = rows.slice(0, limit);
      const last = rows.length > limit ? data.at(-1) : undefined;
      return {
        data: data.map(({ no: _no, ...row }) => row),
        meta: { next_cursor: last ? cursors.encode({ after: last.no }) : null },
      };
    },
  });
}

/** Those of exports. PostgreSQL has no text with NUL in it. */
function filterParameters(filters: readonly ExportFilter[]): Record<string, TSchema> {
  return Object.fromEntries(
    filters.map(({ name, description }) => [
      name,
      Type.Optional(Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000]+$', description })),
    ]),
  );
}

function registerFind<Id extends TSchema>(app: App, reading: ContentReading<Id>): void {
  const { name, singular, exampleId } = reading;
  app.get(
    `/v1/${name}/:id`,
    {
      config: { ...read, example: { params: { id: exampleId }, status: 404 } },
      schema: {
        summary: `One ${singular}`,
        tags: [name],
        params: Type.Object({ id: reading.id }),
        response: { 200: Type.Object({ data: reading.item, meta: Type.Object({}) }) },
      },
    },
    async ({ params }) => {
      const { id } = params as { id: Static<Id> };
      const row = await reading.find(id);
      if (!row) throw notFound(singular, String(id));
      return { data: { ...row }, meta: {} };
    },
  );
}

function registerDelete<Id extends TSchema>(app: App, reading: ContentReading<Id>): void {
  const { name, singular, exampleId } = reading;
  app.delete(
    `/v1/${name}/:id`,
    {
      config: { access: 'admin', example: { params: { id: exampleId }, status: 404 } },
      schema: {
        summary: `Delete one of the ${name}`,
        description: '409 `content_in_use` while others refer to it.',
        tags: [name],
        params: Type.Object({ id: reading.id }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      const { id } = params as { id: Static<Id> };
      const isRemoved = await reading.remove(id).catch((error: unknown) => {
        throw isReferenced(error) ? inUse(singular) : error;
      });
      if (!isRemoved) throw notFound(singular, String(id));
      return reply.code(204).send(null);
    },
  );
}

function inUse(singular: string): AppError {
  return new AppError(
    'conflict',
    'content_in_use',
    `Others refer to this ${singular}. Delete its articles and comments first.`,
  );
}
