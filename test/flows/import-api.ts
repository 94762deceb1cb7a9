import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { importJobs } from '#engine/imports/import-records.job.ts';
import { importRoutes } from '#engine/imports/imports.route.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { jobDefinitions } from '#engine/jobs/define-job.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { createHttpServer, stopHttpServer } from '#platform/http/server.ts';
import { newId } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { CONTENT_RESOURCES } from '#products/content/index.ts';
import { testDatabase } from '#test/support/database.ts';
import { serverOptions } from '#test/support/http-server.ts';
import { silent, startTestWorker } from '../faults/jobs-support.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface UploadOptions {
  readonly key?: string;
  readonly content?: string | Buffer;
  readonly name?: string;
  /** `one` or `two`: a key that may import; else an admin. */
  readonly as?: string;
}

export interface ImportApi {
  readonly url: string;
  readonly pool: Pool;
  readonly databaseUrl: string;
  send(path: string, init?: RequestInit, as?: string): Promise<Answer>;
  /** Sends users, unless the fields say otherwise. */
  upload(fields: Readonly<Record<string, string>>, options?: UploadOptions): Promise<Answer>;
  byUrl(body: object, key?: string): Promise<Answer>;
  /** Files in the store. */
  storedFiles(): Promise<number>;
}

export const USERS = 'email,username\nada@example.org,ada\ngrace@example.org,grace\n';

const ADMIN: Caller = { keyId: newId(), name: 'admin', role: 'admin', scopes: null };
const WRITERS: Readonly<Record<string, Caller>> = {
  one: { keyId: newId(), name: 'one', role: 'viewer', scopes: ['imports:write'] },
  two: { keyId: newId(), name: 'two', role: 'viewer', scopes: ['imports:write'] },
};

export interface ImportApiOptions {
  /** With a worker, which loads so many records at a time; without it no import ever begins. */
  readonly batchRecords?: number;
}

/** The routes of imports on a database of their own; stopped at the end of the test file. */
export async function startImportApi({ batchRecords }: ImportApiOptions = {}): Promise<ImportApi> {
  const db = await testDatabase();
  const { pool, url: databaseUrl } = db;
  const folder = await mkdtemp(join(tmpdir(), 'affirm-imports-'));
  const app = await createHttpServer(
    serverOptions({ authorize: ({ authorization = '' }) => WRITERS[authorization] ?? ADMIN }),
  );
  const shared = {
    pool,
    files: createLocalFileStore(folder),
    limits: DEFAULT_LIMITS,
    resources: CONTENT_RESOURCES,
    sourceRules: { allowedHosts: [] },
  };
  const jobs = importJobs({ ...shared, maxFetchBytes: 0, batchRecords: batchRecords ?? 1000 });
  void app.register(
    importRoutes({
      ...shared,
      definitions: jobDefinitions(jobs),
      log: silent,
      maxUploadBytes: () => 1_000_000,
      callbackRules: { allowedHosts: ['hooks.internal:8443'] },
    }),
  );
  const worker = batchRecords === undefined ? undefined : await startTestWorker(db, jobs);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  after(async () => {
    await worker?.stop();
    await stopHttpServer(app, 200);
    await rm(folder, { recursive: true, force: true });
  });

  async function send(path: string, init: RequestInit = {}, as = ''): Promise<Answer> {
    const headers = { ...(init.headers as Record<string, string>), ...(as && { authorization: as }) };
    const response = await fetch(`${url}${path}`, { ...init, headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  return {
    url,
    pool,
    databaseUrl,
    send,
    upload(fields, { key = newId(), content = USERS, name = 'users.csv', as = '' } = {}) {
      const form = new FormData();
      const all = { resource_type: 'users', ...fields };
      // An empty field is one that was left out.
      for (const [field, value] of Object.entries(all)) form.set(field, value);
      form.set('file', new Blob([new Uint8Array(Buffer.from(content))]), name);
      return send('/v1/imports', { method: 'POST', headers: { 'idempotency-key': key }, body: form }, as);
    },
    byUrl(body, key = newId()) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key };
      return send('/v1/imports', { method: 'POST', headers, body: JSON.stringify(body) });
    },
    async storedFiles() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).length;
    },
  };
}
