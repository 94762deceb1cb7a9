import type { FastifyInstance, FastifyRequest } from 'fastify';

/** nginx's word for a client that closed the connection before its answer. */
const CLIENT_WENT_AWAY = 499;

/**
 * One line for each request. The route pattern stands for the path, because the names that people look up are their
 * own affair; only routes behind a key, whose paths hold nothing but ids, show the path too. Never a query.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const isRehearsal = request.headers['x-rehearsal'] === app.rehearsal;
    if (!isRehearsal) logRequest(request, reply.statusCode, reply.elapsedTime);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    logRequest(request, CLIENT_WENT_AWAY);
    done();
  });
}

function logRequest(request: FastifyRequest, status: number, durationMs?: number): void {
  const { access } = request.routeOptions.config;
  const behindKey = access === 'viewer' || access === 'admin';
  request.log.info(
    {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      ...(behindKey ? { path: request.url.split('?', 1)[0] } : {}),
      status,
      ...(durationMs === undefined ? {} : { duration_ms: Math.round(durationMs * 10) / 10 }),
      ...(request.caller?.keyId ? { caller: request.caller.keyId } : {}),
    },
    'request',
  );
}
