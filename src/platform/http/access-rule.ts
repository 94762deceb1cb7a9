import type { FastifyInstance, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';

/**
 * Who may call a route. public: anybody. public_read: anybody while PUBLIC_READ is on, else any key.
 * viewer: any key. admin: an admin key, or a key that was given the route's scope.
 */
type AccessRule = 'public' | 'public_read' | 'viewer' | 'admin';

/** Who a request comes from. `keyId` is what resources record as their creator; it is null for callers without a key. */
export interface Caller {
  readonly keyId: string | null;
  readonly name: string;
  readonly role: 'anonymous' | 'viewer' | 'admin';
  /** Null: everything that the role may. */
  readonly scopes: readonly string[] | null;
}

export const anonymous: Caller = { keyId: null, name: 'anonymous', role: 'anonymous', scopes: null };

/** Whose things a list shows to this caller: undefined = everybody's, null = nobody's. */
export function creatorsSeenBy({ role, keyId }: Caller): string | null | undefined {
  return role === 'admin' ? undefined : keyId;
}

export interface AccessRequest {
  readonly rule: AccessRule;
  readonly scope: string | undefined;
  /** The `Authorization` header as it came. */
  readonly authorization: string | undefined;
}

/** Answers the caller or throws an AppError (unauthenticated, forbidden). */
export type Authorize = (request: AccessRequest) => Caller | Promise<Caller>;

/** A request that works against a fresh server with the sample data; shown in OpenAPI and sent by a test. */
export interface RouteExample {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The expected status when it is not 2xx, e.g. 404 where the example's id cannot exist. */
  readonly status?: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: AccessRule;
    scope?: string;
    example?: RouteExample;
    /** The form of a multipart body, for the documentation; the route reads and checks the parts itself. */
    multipart?: TSchema;
  }
  interface FastifyRequest {
    caller: Caller;
  }
}

/** Every route must declare `config.access`, and is guarded by it. */
export function guardRoutes(app: FastifyInstance, authorize: Authorize): void {
  // Fastify shares no object between requests: each gets its caller by the hook.
  app.decorateRequest('caller', null as unknown as Caller);
  app.addHook('onRoute', requireAccessRule);
  app.addHook('onRequest', (request, _reply, done) => {
    const { access, scope } = request.routeOptions.config;
    request.caller = anonymous;
    if (request.is404 || access === 'public') return done();
    const { authorization } = request.headers;
    const caller = authorize({ rule: access ?? 'admin', scope, authorization });
    if (caller instanceof Promise) {
      return caller.then((found) => {
        request.caller = found;
      });
    }
    // Who needs no key is known at once, and costs no promise.
    request.caller = caller;
    return done();
  });
}

function requireAccessRule(route: RouteOptions): void {
  if (route.config?.access !== undefined) return;
  throw new Error(`${String(route.method)} ${route.url} declares no access rule (config.access).`);
}
