import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '#platform/observability/log.ts';

/** nginx's word for a client that closed the connection before its answer. */
const CLIENT_WENT_AWAY = 499;

/** What a line calls the id of its request. */
export const REQUEST_ID_LABEL = 'request_id';

/**
 * One line for each request. The route pattern stands for the path, because the names that people look up are their
 * own affair; only routes behind a key, whose paths hold nothing but ids, show the path too. Never a query.
 */
export function logRequests(app: FastifyInstance, log: Logger): void {
  // The fields below hold no secrets, and a search for some would take longer than the line.
  const lines = log.child({}, { redact: [] });
  app.addHook('onResponse', (request, reply, done) => {
    const isRehearsal = request.headers['x-rehearsal'] === app.rehearsal;
    if (!isRehearsal) logRequest(lines, request, reply.statusCode, reply.elapsedTime);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    logRequest(lines, request, CLIENT_WENT_AWAY);
    done();
  });
}

function logRequest(log: Logger, request: FastifyRequest, status: number, durationMs?: number): void {
  const { config, url: route = 'unknown' } = request.routeOptions;
  const behindKey = config.access === 'viewer' || config.access === 'admin';
  // What is undefined is not written.
  log.info(
    {
      [REQUEST_ID_LABEL]: request.id,
      method: request.method,
      route,
      path: behindKey ? request.url.split('?', 1)[0] : undefined,
      status,
      duration_ms: durationMs === undefined ? undefined : Math.round(durationMs * 10) / 10,
      caller: request.caller?.keyId ?? undefined,
    },
    'request',
  );
}
