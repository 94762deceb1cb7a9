import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hostWorker } from '#bin/worker-host.ts';
import { ensureAdminKey } from '#engine/access/admin-key.ts';
import { composedApi, describeApi } from '#test/support/composed-api.ts';
import { insertContent } from '#test/support/content-rows.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { exampleRequests } from '#test/support/examples.ts';

const KEY = `ak_examples_${'A'.repeat(43)}`;
const authorization = `Bearer ${KEY}`;

const db = await testDatabase();
const folder = await mkdtemp(join(tmpdir(), 'affirm-examples-'));
const api = await composedApi(db.url, { DATA_DIR: folder, STORAGE_PATH: join(folder, 'files') });
await ensureAdminKey(db.pool, { bootstrapKey: KEY });
const worker = await hostWorker(api.foundation, { listenUrl: db.url, concurrency: 1 });
const url = await api.app.listen({ port: 0, host: '127.0.0.1' });
after(async () => {
  await worker.stop();
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

/** A few names in the layout of the sample, for all years of it. */
function sampleZip(): Buffer {
  const years = Array.from({ length: 145 }, (_, at) => 1880 + at);
  const rows = (year: number): string =>
    ['Olivia,F,90', 'Emma,F,80', 'Zoe,F,20', 'Jordan,F,9', 'Liam,M,70', 'Jordan,M,30']
      .map((row) => `${row}${year % 7}\r\n`)
      .concat(changing(year))
      .join('');
  return craftZip(years.map((year) => ({ name: `yob${year}.txt`, data: rows(year) })));
}

/** Names that rise, come, go and come back. */
function changing(year: number): string[] {
  const counts = {
    Ava: year < 2020 ? 300 : 990,
    Hazel: year === 1990 ? 10 : 500,
    Nova: year === 2020 ? 60 : 0,
  };
  const rows = Object.entries({ ...counts, Zora: year < 2020 ? 70 : 0 });
  return rows.filter(([, count]) => count > 0).map(([name, count]) => `${name},F,${count}\r\n`);
}

async function importSample(): Promise<void> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(sampleZip())]), 'names.zip');
  form.set('country_id', 'US');
  const answer = await fetch(`${url}/v1/datasets`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  });
  assert.equal(answer.status, 202, await answer.clone().text());
  const { data } = (await answer.json()) as { data: { dataset_id: string } };
  const deadline = performance.now() + 60_000;
  for (let status = ''; status !== 'completed'; await delay(10)) {
    assert.ok(performance.now() < deadline && status !== 'failed', `the dataset is ${status}`);
    const { headers } = { headers: { authorization } };
    const detail = await (await fetch(`${url}/v1/datasets/${data.dataset_id}`, { headers })).json();
    ({ status } = (detail as { data: { status: string } }).data);
  }
}

async function saveProfile(): Promise<void> {
  const columns = { name: 'Vorname', count: 'Anzahl', gender: 'Geschlecht', year: 'Jahr' };
  const answer = await fetch(`${url}/v1/column-profiles`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Names of a village', columns }),
  });
  assert.equal(answer.status, 201, await answer.text());
}

/** Numbers that are shown with the credit that their office asks for. */
const IS_ABOUT_NAMES = /^\/v1\/(?:names|statistics|gender|compat)\b/;

interface Source {
  readonly licence: string | null;
  readonly attribution: string | null;
}

/** In `meta` of JSON, and in a header of what has no `meta`. */
function sourcesIn(response: Response, text: string): readonly Source[] {
  const answer: unknown = response.headers.get('content-type')?.startsWith('application/json')
    ? JSON.parse(text)
    : undefined;
  const { meta } = (answer ?? {}) as { meta?: { sources?: readonly Source[] } };
  if (meta) return meta.sources ?? [];
  return JSON.parse(response.headers.get('x-sources') ?? '[]') as Source[];
}

test('the example of every operation does what it says', async (t) => {
  await importSample();
  await saveProfile();
  await insertContent(db.pool);
  const requests = await exampleRequests(url, KEY);
  assert.ok(requests.length > 40);
  for (const { title, example, path, init } of requests) {
    await t.test(title, async () => {
      assert.ok(example, `${title} gives no example (config.example of its route)`);
      const response = await fetch(`${url}${path}`, init);
      const text = await response.text();
      if (example.status === undefined) assert.ok(response.ok, `${path}: ${response.status} ${text}`);
      else assert.equal(response.status, example.status, `${path}: ${text}`);
      if (response.status === 200 && text.startsWith('{"data":[')) {
        const { data } = JSON.parse(text) as { data: unknown[] };
        assert.ok(data.length > 0, `${path} shows nothing`);
      }
      if (response.status === 200 && IS_ABOUT_NAMES.test(path)) {
        const sources = sourcesIn(response, text);
        assert.ok(sources.length > 0, `${path} names no source`);
        for (const { licence, attribution } of sources) assert.ok(licence && attribution, path);
      }
    });
  }
});

test('openapi.json is that of this code (npm run docs:openapi writes it)', async () => {
  const committed = readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8');
  assert.equal(committed, await describeApi());
});
