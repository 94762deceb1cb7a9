import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

interface CacheFacts {
  /** From `strongEtag`. */
  readonly etag: string;
  /** Seconds that a cache may answer without asking; 0 = it must always ask. */
  readonly maxAgeSeconds: number;
  /** `private` when the answer depends on who asks; `public` is private as well where a key is asked for. */
  readonly scope: 'public' | 'private';
}

/** A quoted tag that differs whenever one of the parts does, e.g. data version, query, format. */
export function strongEtag(...parts: readonly (string | number | boolean | null | undefined)[]): string {
  return `"${hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22)}"`;
}

/**
 * Sets ETag, Cache-Control and Vary. True: the client has this answer already, and the route answers
 * `sendUnchanged(reply)` in place of making it.
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, facts: CacheFacts): boolean {
  const freshness = facts.maxAgeSeconds === 0 ? 'no-cache' : `max-age=${facts.maxAgeSeconds}`;
  // A cache that others share would give to everybody what it was told to somebody with a key.
  const scope = request.server.publicRead ? facts.scope : 'private';
  void reply.header('cache-control', `${scope}, ${freshness}`).header('etag', facts.etag);
  addVary(reply, 'accept');
  addVary(reply, 'accept-encoding');
  const known = matchingTag(request.headers['if-none-match'], facts.etag);
  if (known === undefined) return false;
  void reply.header('etag', known);
  return true;
}

/** Adds a header's name to `Vary`, keeping those that plugins put there. */
export function addVary(reply: FastifyReply, header: string): void {
  const names = String(reply.getHeader('vary') ?? '');
  if (names.toLowerCase().split(/, */).includes(header)) return;
  void reply.header('vary', names === '' ? header : `${names}, ${header}`);
}

/** 304; untyped on purpose, since it has no body that a response schema could describe. */
export function sendUnchanged(reply: { code(status: number): { send(): unknown } }): never {
  return reply.code(304).send() as never;
}

/** The client's own form of the tag, which may name an encoding; the content is the same in each. */
function matchingTag(header: string | undefined, etag: string): string | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return etag;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.find((tag) => tag.replace(/-(?:br|gzip)"$/, '"') === etag);
}

/** Compressed bytes are another representation, so their strong tag is another one. Comes after the compress plugin. */
export function markEncodedEtags(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    route.onSend = [...[route.onSend ?? []].flat(), markEncodedEtag];
  });
}

function markEncodedEtag(
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  const encoding = reply.getHeader('content-encoding');
  const etag = reply.getHeader('etag');
  if (typeof encoding === 'string' && typeof etag === 'string' && reply.statusCode === 200) {
    void reply.header('etag', etag.replace(/"$/, `-${encoding}"`));
  }
  done(null, payload);
}
