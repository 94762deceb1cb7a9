import { composeApi, type Foundation, layFoundation } from '#bin/compose.ts';
import { loadConfig } from '#platform/config.ts';
import type { HttpServer } from '#platform/http/server.ts';
import { createLogger } from '#platform/observability/log.ts';
import { createReadModel } from '#products/names/index.ts';

export interface ComposedApi {
  readonly app: HttpServer;
  readonly model: ReturnType<typeof createReadModel>;
  readonly foundation: Foundation;
  close(): Promise<void>;
}

/** The API as `serve` composes it, not listening, on the database and the folder that `settings` name. */
export async function composedApi(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ComposedApi> {
  const config = loadConfig({ DATABASE_URL: databaseUrl, ...settings });
  const foundation = await layFoundation({
    config,
    log: createLogger({ level: 'silent', format: 'json' }),
    databaseUrl,
    maxConnections: 10,
    applicationName: 'affirm-name test',
  });
  const model = createReadModel({ pool: foundation.pool, cacheBytes: 1 << 24 });
  const app = await composeApi(foundation, { model, readiness: [], localKeyId: undefined });
  return {
    app,
    model,
    foundation,
    async close() {
      await app.close();
      await foundation.pool.close();
    },
  };
}

/** `openapi.json` in full, as text; needs no database. */
export async function describeApi(): Promise<string> {
  const { app, close } = await composedApi('postgres://127.0.0.1:1/none');
  try {
    await app.ready();
    return `${JSON.stringify(app.swagger(), null, 2)}\n`;
  } finally {
    await close();
  }
}
