import type { TestContext } from 'node:test';
import {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  stopHttpServer,
} from '#platform/http/server.ts';
import { createLogger } from '#platform/observability/log.ts';

/** Settings for a server in a test; all of them can be replaced. */
export function serverOptions(changes: Partial<HttpServerOptions> = {}): HttpServerOptions {
  return {
    version: '0.0.0-test',
    log: createLogger({ level: 'silent', format: 'json' }),
    authorize: () => ({ keyId: null, name: 'test', role: 'admin', scopes: null }),
    publicRead: true,
    readTimeoutMs: 30_000,
    writeTimeoutMs: 30_000,
    idleTimeoutMs: 5000,
    maxHeaderBytes: 16_384,
    cors: { origins: [], methods: ['GET'], headers: ['Authorization'], maxAgeSeconds: 60 },
    ...changes,
  };
}

/** A listening server with the routes that `register` adds; stopped when the test ends. Answers its base URL. */
export async function startServer(
  t: TestContext,
  register: (app: HttpServer) => void,
  changes: Partial<HttpServerOptions> = {},
): Promise<{ url: string; app: HttpServer }> {
  const app = await createHttpServer(serverOptions(changes));
  register(app);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => stopHttpServer(app, 200));
  return { url, app };
}
