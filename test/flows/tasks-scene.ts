import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { jobDefinitions } from '#engine/jobs/define-job.ts';
import { startWorker, type Worker } from '#engine/jobs/worker.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import type { Authorize } from '#platform/http/access-rule.ts';
import { createHttpServer, stopHttpServer } from '#platform/http/server.ts';
import { createLogger } from '#platform/observability/log.ts';
import { openNames } from '#products/names/index.ts';
import { tasksJobs, tasksRoutes, UNVERSIONED_PATHS } from '#products/tasks/index.ts';
import type { TestDatabase } from '#test/support/database.ts';
import { serverOptions } from '#test/support/http-server.ts';
import { WORKER_SETTINGS } from '#test/support/worker-settings.ts';

interface TaskFields {
  readonly operation?: string;
  readonly options?: object;
  readonly input?: object;
  readonly input2?: object;
  /** The second file. */
  readonly file2?: string | Uint8Array;
}

export interface TaskServer {
  readonly url: string;
  readonly files: FileStore;
  readonly scratchDir: string;
  /** Starts the worker, which is not there from the beginning. */
  startWorker(): Promise<Worker>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Sends a form with a file. */
  send(
    path: string,
    file: string | Uint8Array,
    fields: TaskFields,
    extra?: { readonly name?: string; readonly headers?: Record<string, string> },
  ): Promise<Response>;
  /** Sends a task that must be taken in, and waits for its end. */
  // oxlint-disable-next-line typescript/no-explicit-any
  ended(file: string | Uint8Array, fields: TaskFields, extra?: { readonly name?: string }): Promise<any>;
  /** As `ended`, which must be COMPLETED; with the bytes of the result. */
  // oxlint-disable-next-line typescript/no-explicit-any
  done(file: string | Uint8Array, fields: TaskFields, extra?: { readonly name?: string }): Promise<any>;
}

const log = createLogger({ level: 'silent', format: 'json' });
const ENDED_WITHIN_MS = 30_000;

/** Routes and jobs of tasks on a database of its own; stopped at the end of the test file. */
export async function startTaskServer(
  { pool, url: listenUrl }: TestDatabase,
  options: { readonly authorize?: Authorize; readonly retentionMs?: number } = {},
): Promise<TaskServer> {
  const folder = await mkdtemp(join(tmpdir(), 'affirm-tasks-'));
  const files = createLocalFileStore(join(folder, 'files'));
  const scratchDir = join(folder, 'scratch');
  const tasks = { pool, files, limits: DEFAULT_LIMITS, openNames: () => openNames(pool) };
  const definitions = jobDefinitions(
    tasksJobs({ ...tasks, scratchDir, retentionMs: options.retentionMs ?? 3_600_000 }),
  );
  const app = await createHttpServer(
    serverOptions({
      unversioned: UNVERSIONED_PATHS,
      ...(options.authorize && { authorize: options.authorize }),
    }),
  );
  void app.register(tasksRoutes({ ...tasks, definitions, log, maxUploadBytes: () => 0 }));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  let worker: Worker | undefined;
  after(async () => {
    await worker?.stop();
    await stopHttpServer(app, 200);
    await rm(folder, { recursive: true, force: true });
  });

  const server: TaskServer = {
    url,
    files,
    scratchDir,
    async startWorker() {
      worker = await startWorker({
        pool,
        listenUrl,
        definitions,
        concurrency: 2,
        ...WORKER_SETTINGS,
        log,
      });
      return worker;
    },
    get: (path, headers = {}) =>
      fetch(`${url}${path}`, { headers: { 'accept-encoding': 'identity', ...headers } }),
    post: (path, headers = {}) => fetch(`${url}${path}`, { method: 'POST', headers }),
    send(path, file, { file2, ...fields }, { name = 'table.csv', headers = {} } = {}) {
      const form = new FormData();
      for (const [field, value] of Object.entries(fields))
        form.set(field, typeof value === 'string' ? value : JSON.stringify(value));
      form.set('file', new Blob([file]), name);
      if (file2 !== undefined) form.set('file2', new Blob([file2]), 'other.csv');
      return fetch(`${url}${path}`, { method: 'POST', headers, body: form });
    },
    async ended(file, fields, extra) {
      const response = await server.send('/v1/tasks', file, fields, extra);
      if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
      const { data } = (await response.json()) as { data: { task_id: string } };
      return waitForEnd(server, data.task_id);
    },
    async done(file, fields, extra) {
      const task = await server.ended(file, fields, extra);
      if (task.status !== 'COMPLETED') throw new Error(JSON.stringify(task));
      const answer = await server.get(task.result_url as string);
      return { ...task, bytes: Buffer.from(await answer.arrayBuffer()) };
    },
  };
  return server;
}

/** Asks until a task has ended. */
// oxlint-disable-next-line typescript/no-explicit-any
export async function waitForEnd(server: Pick<TaskServer, 'get'>, id: string): Promise<any> {
  const deadline = performance.now() + ENDED_WITHIN_MS;
  for (;;) {
    const { data } = (await (await server.get(`/v1/tasks/${id}`)).json()) as { data: { status: string } };
    if (data.status !== 'PENDING' && data.status !== 'PROCESSING') return data;
    if (performance.now() > deadline) throw new Error(`task ${id} is still ${data.status}`);
    await delay(20);
  }
}
