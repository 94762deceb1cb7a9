import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { exportJobs, exportRoutes, type ExportSource, resourceSource } from '#engine/exports/index.ts';
import { jobDefinitions } from '#engine/jobs/define-job.ts';
import { startWorker, type Worker } from '#engine/jobs/worker.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import type { Authorize } from '#platform/http/access-rule.ts';
import { createHttpServer, stopHttpServer } from '#platform/http/server.ts';
import { createLogger } from '#platform/observability/log.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { Database } from '#platform/postgres/database.ts';
import { CONTENT_RESOURCES } from '#products/content/index.ts';
import type { TestDatabase } from '#test/support/database.ts';
import { serverOptions } from '#test/support/http-server.ts';
import { WORKER_SETTINGS } from '#test/support/worker-settings.ts';

export interface ExportServer {
  readonly url: string;
  readonly files: FileStore;
  /** Starts the worker, which is not there from the beginning. */
  startWorker(): Promise<Worker>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

export interface ExportServerOptions {
  readonly sources?: readonly ExportSource[];
  readonly authorize?: Authorize;
  readonly atOnce?: number;
}

const log = createLogger({ level: 'silent', format: 'json' });
const RETENTION_MS = 3_600_000;

/** Routes and jobs of exports on a database of its own; stopped at the end of the test file. */
export async function startExportServer(
  { pool, url: listenUrl }: TestDatabase,
  options: ExportServerOptions = {},
): Promise<ExportServer> {
  const folder = await mkdtemp(join(tmpdir(), 'affirm-exports-'));
  const files = createLocalFileStore(folder);
  const sources = [...CONTENT_RESOURCES.map(resourceSource), ...(options.sources ?? [])];
  const definitions = jobDefinitions(exportJobs({ pool, files, sources, retentionMs: RETENTION_MS }));
  const app = await createHttpServer(
    serverOptions(options.authorize ? { authorize: options.authorize } : {}),
  );
  const atOnce = options.atOnce ?? 4;
  void app.register(exportRoutes({ pool, files, sources, definitions, log, atOnce }));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  let worker: Worker | undefined;
  after(async () => {
    await worker?.stop();
    await stopHttpServer(app, 200);
    await rm(folder, { recursive: true, force: true });
  });
  return {
    url,
    files,
    async startWorker() {
      worker = await startWorker({
        pool,
        listenUrl,
        definitions,
        concurrency: 1,
        ...WORKER_SETTINGS,
        log,
      });
      return worker;
    },
    get: (path, headers = {}) =>
      fetch(`${url}${path}`, { headers: { 'accept-encoding': 'identity', ...headers } }),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}

/** Adds users with these texts about themselves, in this order. */
export async function addUsers(db: Database, bios: readonly (string | null)[]): Promise<void> {
  await db.run(
    'addUsers',
    sql`
      INSERT INTO users (id, email, username, bio, created_at, updated_at)
      SELECT ('00000000-0000-4000-8000-' || lpad(place::text, 12, '0'))::uuid, place || '@example.org', 'u' || place, bio,
             '2024-05-01T12:30:00.123456Z'::timestamptz, '2024-05-02T00:00:00Z'
      FROM unnest(${bios}::text[]) WITH ORDINALITY AS given (bio, place)
      ORDER BY place`,
  );
}
