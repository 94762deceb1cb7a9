import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hostWorker } from '#bin/worker-host.ts';
import { ensureAdminKey } from '#engine/access/admin-key.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { composedApi } from '#test/support/composed-api.ts';
import { testDatabase } from '#test/support/database.ts';
import type { Settings } from '#test/support/launch.ts';

const KEY = `ak_contents_${'A'.repeat(43)}`;
const ENDS_WITHIN_MS = 60_000;

export interface ContentServer {
  readonly url: string;
  readonly key: string;
}

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** A server with one worker on a database of its own; call it before the first test of the file. */
export async function startContent(
  settings: Settings = {},
): Promise<ContentServer & { readonly pool: Pool; readonly folder: string }> {
  const { url: databaseUrl, pool } = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'affirm-content-'));
  const api = await composedApi(databaseUrl, {
    DATA_DIR: folder,
    STORAGE_PATH: join(folder, 'files'),
    ...settings,
  });
  await ensureAdminKey(pool, { bootstrapKey: KEY });
  const worker = await hostWorker(api.foundation, { listenUrl: databaseUrl, concurrency: 2 });
  const url = await api.app.listen({ port: 0, host: '127.0.0.1' });
  after(async () => {
    await worker.stop();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { url, key: KEY, pool, folder };
}

export function ask(server: ContentServer, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${server.key}`, ...(init.headers as Record<string, string>) };
  return fetch(`${server.url}${path}`, { ...init, headers });
}

/** The JSON of an answer that must be 2xx. */
export async function json(server: ContentServer, path: string): Promise<Json> {
  const response = await ask(server, path);
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Sends an import; answers its id. */
export async function sendImport(
  server: ContentServer,
  resource: string,
  content: string | Buffer,
  options: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { filename = `${resource}.csv`, ...fields } = options;
  const form = new FormData();
  form.set('resource_type', resource);
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), filename);
  const headers = { 'idempotency-key': randomUUID() };
  const response = await ask(server, '/v1/imports', { method: 'POST', body: form, headers });
  const text = await response.text();
  assert.equal(response.status, 202, text);
  return (JSON.parse(text) as { job_id: string }).job_id;
}

/** The import once it has ended; its counts add up. */
export async function ended(server: ContentServer, id: string): Promise<Json> {
  const deadline = performance.now() + ENDS_WITHIN_MS;
  for (;;) {
    const view = await json(server, `/v1/imports/${id}`);
    if (['completed', 'failed', 'canceled'].includes(view.status)) {
      const { created_count, updated_count, unchanged_count, skipped_count, fail_count, unprocessed_count } =
        view;
      const sum =
        created_count + updated_count + unchanged_count + skipped_count + fail_count + unprocessed_count;
      if (view.total_records !== null) assert.equal(sum, view.total_records, JSON.stringify(view));
      return view;
    }
    assert.ok(performance.now() < deadline, `the import is still ${JSON.stringify(view)}`);
    await delay(20);
  }
}

/** Imports and waits for the end, which must be `completed` unless `status` says otherwise. */
export async function imported(
  server: ContentServer,
  resource: string,
  content: string | Buffer,
  options: Readonly<Record<string, string>> & { status?: string } = {},
): Promise<Json> {
  const { status = 'completed', ...fields } = options;
  const view = await ended(server, await sendImport(server, resource, content, fields));
  assert.equal(view.status, status, JSON.stringify(view));
  return view;
}

/** All errors of an import, in order. */
export async function errorsOf(server: ContentServer, id: string): Promise<Json[]> {
  return (await json(server, `/v1/imports/${id}/errors?limit=1000`)).data;
}

/** The bytes of a streamed export. */
export async function exported(server: ContentServer, query: string): Promise<Buffer> {
  const response = await ask(server, `/v1/exports?${query}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, 200, bytes.toString());
  return bytes;
}
