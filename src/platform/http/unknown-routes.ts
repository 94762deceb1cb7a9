import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors.ts';
import { sendEnvelope, sendError } from './error-handlers.ts';

/** 404 for a path that nobody serves, 405 with `Allow` for one that is served by other methods. */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const methodsByPath = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByPath.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each.toUpperCase());
    methodsByPath.set(url, methods);
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(methodsByPath, request);
    if (allowed.length === 0) {
      const message = 'Nothing is served under this path. /docs lists what is.';
      sendError(new AppError('not_found', 'route_not_found', message), request, reply);
      return;
    }
    void reply.header('allow', allowed.join(', '));
    const message = `${request.method} is not possible here, but ${allowed.join(', ')}.`;
    sendEnvelope(405, new AppError('invalid', 'method_not_allowed', message), request, reply);
  });
}

function allowedMethods(methodsByPath: ReadonlyMap<string, Set<string>>, { url }: FastifyRequest): string[] {
  const path = url.split('?', 1)[0] ?? url;
  const methods = [...methodsByPath]
    .filter(([pattern]) => pattern !== '*' && matches(pattern, path))
    .flatMap(([, of]) => [...of]);
  return [...new Set(methods)].sort();
}

function matches(pattern: string, path: string): boolean {
  const asked = path.split('/');
  const known = pattern.split('/');
  if (asked.length !== known.length) return false;
  return known.every((segment, index) => segment.startsWith(':') || segment === asked[index]);
}
