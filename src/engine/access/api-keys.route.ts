import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AppError, invalidRequest, notFound } from '#platform/errors.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { newestPage } from '#platform/http/newest-page.ts';
import { pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf, Timestamp, Uuid } from '#platform/http/schemas.ts';
import { newId } from '#platform/ids.ts';
import type { Database } from '#platform/postgres/database.ts';
import { newApiKey } from './api-key.ts';
import { insertApiKey, listApiKeys, revokeApiKey } from './api-keys.query.ts';
import { SCOPES } from './scopes.ts';

const KeyItem = Type.Object({
  id: Uuid,
  key_id: Type.String({ description: 'The public part: `ak_<key_id>_…`' }),
  name: Type.String(),
  role: OneOf(['admin', 'viewer']),
  scopes: Nullable(Type.Array(Type.String())),
  source: OneOf(['api', 'bootstrap', 'local']),
  created_by: Nullable(Uuid),
  created_at: Timestamp,
  expires_at: Nullable(Timestamp),
  last_used_at: Nullable(Timestamp),
  revoked_at: Nullable(Timestamp),
});

const NewKey = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
  role: OneOf(['admin', 'viewer']),
  scopes: Type.Optional(
    Type.Array(OneOf(SCOPES), { uniqueItems: true, description: 'Absent: all that the role may' }),
  ),
  expires_at: Type.Optional(Type.String({ format: 'date-time' })),
});

const CreatedKey = Type.Object({
  data: Type.Interface([KeyItem], { key: Type.String({ description: 'Shown this once and never again' }) }),
});

type App = Parameters<FastifyPluginCallbackTypebox>[0];

const access = { access: 'admin', scope: 'keys:admin' } as const;

export function apiKeyRoutes(db: Database): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    createKeyRoute(app, db);
    listKeysRoute(app, db);
    revokeKeyRoute(app, db);
    done();
  };
}

function createKeyRoute(app: App, db: Database): void {
  app.post(
    '/v1/api-keys',
    {
      config: { ...access, example: { body: { name: 'reporting', role: 'viewer' } } },
      schema: {
        summary: 'Make a key; the answer is the only place where it is shown',
        tags: ['keys'],
        body: NewKey,
        response: { 201: CreatedKey },
      },
    },
    async ({ body, caller }, reply) => {
      requireWithinOwnRights(caller, body);
      const key = newApiKey();
      const row = await insertApiKey(db, {
        id: newId(),
        keyId: key.keyId,
        hash: key.hash,
        name: body.name.trim(),
        role: body.role,
        scopes: body.scopes ?? null,
        source: 'api',
        createdBy: caller.keyId,
        expiresAt: futureTime(body.expires_at),
      });
      if (!row) throw new AppError('conflict', 'key_id_taken', 'By rare chance this id is taken. Try again.');
      return reply.code(201).send({ data: { ...row, key: key.text } });
    },
  );
}

function listKeysRoute(app: App, db: Database): void {
  registerList(app, {
    url: '/v1/api-keys',
    config: { ...access, example: {} },
    summary: 'All keys, the newest first, without their secrets',
    tags: ['keys'],
    query: Type.Object(pagingParameters),
    item: KeyItem,
    meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
    async find({ query }) {
      const { rows, nextCursor } = await newestPage(query, (page) => listApiKeys(db, page));
      return { data: rows, meta: { next_cursor: nextCursor } };
    },
  });
}

function revokeKeyRoute(app: App, db: Database): void {
  app.delete(
    '/v1/api-keys/:id',
    {
      config: {
        ...access,
        example: { params: { id: '00000000-0000-4000-8000-000000000000' }, status: 404 },
      },
      schema: {
        summary: 'Revoke a key; it is refused from now on',
        tags: ['keys'],
        params: Type.Object({ id: Uuid }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      if (!(await revokeApiKey(db, params.id))) throw notFound('key', params.id);
      return reply.code(204).send(null);
    },
  );
}

/** Nobody hands out more than they have. */
function requireWithinOwnRights(
  caller: Caller,
  wanted: { readonly role: 'admin' | 'viewer'; readonly scopes?: readonly string[] },
): void {
  if (caller.scopes === null) return;
  const own = new Set(caller.scopes);
  const within = wanted.scopes?.every((scope) => own.has(scope)) ?? false;
  if (within && (wanted.role === 'viewer' || caller.role === 'admin')) return;
  throw new AppError(
    'forbidden',
    'forbidden',
    'A key can be given no more than the key that makes it may do.',
  );
}

function futureTime(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const time = new Date(text);
  if (!(time.getTime() > Date.now())) throw invalidRequest('expires_at', 'must be in the future');
  return time;
}
