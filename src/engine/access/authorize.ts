import { type Clock, systemClock } from '#platform/clock.ts';
import { AppError } from '#platform/errors.ts';
import { type AccessRequest, anonymous, type Authorize, type Caller } from '#platform/http/access-rule.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Database } from '#platform/postgres/database.ts';
import { parseApiKey, sameHash } from './api-key.ts';
import { findKeyForCheck, touchApiKey } from './api-keys.query.ts';

interface AuthorizeOptions {
  readonly publicRead: boolean;
  readonly log: Logger;
  readonly clock?: Clock;
}

const TOUCH_EVERY_MS = 60_000;

/** The guard of every route: finds who is behind the `Authorization` header and whether the rule lets that caller in. */
export function createAuthorize(db: Database, options: AuthorizeOptions): Authorize {
  const touch = createTouch(db, options.log, options.clock ?? systemClock);
  return (request) => {
    const { rule, authorization } = request;
    if (rule === 'public') return anonymous;
    if (authorization === undefined) {
      if (rule === 'public_read' && options.publicRead) return anonymous;
      throw unauthenticated('missing_authorization', 'This needs a key: send `Authorization: Bearer ak_…`.');
    }
    return identify(db, authorization).then((caller) => {
      requirePermission(caller, request);
      touch(caller.keyId);
      return caller;
    });
  };
}

/** The caller behind an `Authorization` header. */
async function identify(db: Database, authorization: string): Promise<Caller & { keyId: string }> {
  const [scheme = '', text, ...rest] = authorization.trim().split(/ +/);
  if (scheme.toLowerCase() !== 'bearer' || text === undefined || rest.length > 0) {
    throw unauthenticated('invalid_authorization', 'The Authorization header must read `Bearer <key>`.');
  }
  const key = parseApiKey(text);
  const known = key && (await findKeyForCheck(db, key.keyId));
  if (!key || !known || !sameHash(key.hash, known.key_hash) || !known.active) {
    throw unauthenticated('invalid_token', 'This key is not known, was revoked or has expired.');
  }
  return { keyId: known.id, name: known.name, role: known.role, scopes: known.scopes };
}

/**
 * A key without scopes may what its role may. Scopes narrow an admin key to the routes that ask for one of them, and
 * open those to a viewer key.
 */
function requirePermission(caller: Caller, { rule, scope }: AccessRequest): void {
  const scoped = scope !== undefined && caller.scopes !== null && caller.scopes.includes(scope);
  if (rule === 'public_read' || scoped) return;
  if (rule === 'viewer' && (scope === undefined || caller.scopes === null)) return;
  if (rule === 'admin' && caller.role === 'admin' && caller.scopes === null) return;
  const needed = scope === undefined ? 'an admin key' : `an admin key or the scope ${scope}`;
  throw new AppError('forbidden', 'forbidden', `This key may not do that; it takes ${needed}.`);
}

/** Notes the use of a key at most once a minute, beside the request and never in its way. */
function createTouch(db: Database, log: Logger, clock: Clock): (id: string) => void {
  const touchedAt = new Map<string, number>();
  return (id) => {
    const now = clock().getTime();
    if (now - (touchedAt.get(id) ?? 0) < TOUCH_EVERY_MS) return;
    touchedAt.set(id, now);
    touchApiKey(db, id).catch((error: unknown) =>
      log.warn({ err: error }, 'could not note the use of a key'),
    );
  };
}

function unauthenticated(code: string, message: string): AppError {
  return new AppError('unauthenticated', code, message);
}
