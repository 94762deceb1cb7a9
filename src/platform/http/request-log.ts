import type { FastifyInstance } from 'fastify';

/**
 * One line for each request. The route pattern stands for the path, because the names that people look up are their
 * own affair; only routes behind a key, whose paths hold nothing but ids, show the path too. Never a query.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { access } = request.routeOptions.config;
    const behindKey = access === 'viewer' || access === 'admin';
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        ...(behindKey ? { path: request.url.split('?', 1)[0] } : {}),
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(request.caller?.keyId ? { caller: request.caller.keyId } : {}),
      },
      'request',
    );
    done();
  });
}
