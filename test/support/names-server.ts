import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import type { UrlRules } from '#engine/fetching/url-guard.ts';
import { jobDefinitions } from '#engine/jobs/define-job.ts';
import { startWorker, type Worker } from '#engine/jobs/worker.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import type { Authorize } from '#platform/http/access-rule.ts';
import { createHttpServer, stopHttpServer } from '#platform/http/server.ts';
import { createLogger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { namesJobs, namesRoutes } from '#products/names/index.ts';
import { serverOptions } from './http-server.ts';
import type { TestDatabase } from './database.ts';
import { WORKER_SETTINGS } from '#test/support/worker-settings.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface NamesServer {
  readonly url: string;
  readonly pool: Pool;
  readonly worker: Worker;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a file; the fields come after it. */
  upload(
    name: string,
    content: string | Buffer,
    fields?: Record<string, string>,
    path?: string,
  ): Promise<Answer>;
  /** Uploads, expects 202, waits for the end of the import; answers the dataset. */
  // oxlint-disable-next-line typescript/no-explicit-any
  imported(name: string, content: string | Buffer, fields?: Record<string, string>): Promise<any>;
  /** The dataset once no job works on it any more. */
  // oxlint-disable-next-line typescript/no-explicit-any
  settled(id: string): Promise<any>;
  /** Keys in the file store. */
  storedFiles(): Promise<string[]>;
}

const log = createLogger({ level: 'silent', format: 'json' });

export interface NamesServerOptions {
  readonly maxUploadBytes?: number;
  readonly authorize?: Authorize;
  readonly sourceRules?: UrlRules;
}

/** The names product with a real worker on a database of its own; stopped at the end of the test file. */
export async function startNamesServer(
  db: TestDatabase,
  options: NamesServerOptions = {},
): Promise<NamesServer> {
  const folder = await mkdtemp(join(tmpdir(), 'affirm-names-'));
  const files = createLocalFileStore(join(folder, 'files'));
  await files.check();
  const { pool } = db;
  const { maxUploadBytes = 0, sourceRules = { allowedHosts: [] } } = options;
  const shared = { pool, files, limits: DEFAULT_LIMITS, sourceRules };
  const scratchDir = join(folder, 'scratch');
  const definitions = jobDefinitions(
    namesJobs({ ...shared, scratchDir, log, maxFetchBytes: maxUploadBytes }),
  );
  const app = await createHttpServer(
    serverOptions(options.authorize ? { authorize: options.authorize } : {}),
  );
  void app.register(namesRoutes({ ...shared, definitions, log, maxUploadBytes: () => maxUploadBytes }));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const worker = await startWorker({
    pool,
    listenUrl: db.url,
    definitions,
    concurrency: 2,
    ...WORKER_SETTINGS,
    log,
  });
  after(async () => {
    await worker.stop();
    await stopHttpServer(app, 200);
    await rm(folder, { recursive: true, force: true });
  });

  async function send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  const server: NamesServer = {
    url,
    pool,
    worker,
    request: (method, path, body, headers = {}) =>
      send(path, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    upload(name, content, fields = { country_id: 'US' }, path = '/v1/datasets') {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(Buffer.from(content))]), name);
      for (const [field, value] of Object.entries(fields)) form.set(field, value);
      return send(path, { method: 'POST', body: form });
    },
    async imported(name, content, fields) {
      const answer = await server.upload(name, content, fields);
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      return server.settled(answer.body.data.dataset_id);
    },
    async settled(id) {
      const deadline = performance.now() + 60_000;
      for (;;) {
        const { body } = await server.request('GET', `/v1/datasets/${id}`);
        if (['completed', 'failed', 'canceled'].includes(body.data.status)) return body.data;
        assert.ok(performance.now() < deadline, `dataset ${id} is still ${body.data.status}`);
        await delay(10);
      }
    },
    async storedFiles() {
      const entries = await readdir(join(folder, 'files'), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    },
  };
  return server;
}
