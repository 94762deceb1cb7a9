import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { sql } from '#platform/postgres/sql.ts';
import { namesSource } from '#products/names/index.ts';
import { testDatabase } from '#test/support/database.ts';
import { addCountry, type FlatRow, loadRows } from '#test/support/names-data.ts';
import { startExportServer } from './export-scene.ts';

const db = await testDatabase();

function rows(area: string | null, names: Readonly<Record<string, number>>): FlatRow[] {
  return Object.entries(names).map(([published, count]) => ({
    area,
    gender: 'F',
    year: 2010,
    published,
    count,
  }));
}

await addCountry(db.pool, 'FR', 'France');
await addCountry(db.pool, 'GE', 'Georgia');
await addCountry(db.pool, 'ZZ', 'Elsewhere');
await loadRows(db.pool, 'US', rows(null, { Emma: 50, Ava: 40 }));
await loadRows(db.pool, 'FR', rows(null, { Louise: 30 }), { parser: 'fr_insee' });
await loadRows(db.pool, 'FR', rows('FR-75C', { Alma: 20 }), { parser: 'fr_paris' });
await loadRows(db.pool, 'GE', rows(null, { Nino: 10, Barbare: 9 }), { parser: 'ge_psda' });
const server = await startExportServer(db, { sources: [namesSource] });
await server.startWorker();

interface Told {
  readonly names: string[];
  readonly sources: string[];
  readonly leftOut: string[];
}

async function told(query: string): Promise<Told> {
  const response = await server.get(`/v1/exports?resource=names&fields=name,country&${query}`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return { names: namesIn(text), ...inHeaders(response.headers) };
}

function namesIn(csv: string): string[] {
  return parse(csv, { from: 2 }).map(([name]: string[]) => String(name));
}

function inHeaders(headers: Headers): Omit<Told, 'names'> {
  // oxlint-disable-next-line typescript/no-explicit-any
  const list = (name: string): any[] => JSON.parse(headers.get(name) ?? '[]');
  return {
    sources: list('x-sources').map(({ country, source, licence }) => `${country} ${source}: ${licence}`),
    leftOut: list('x-left-out-sources').map(
      ({ country, source, reason }) => `${country} ${source}: ${reason}`,
    ),
  };
}

const US = 'US us_ssa: Public domain (U.S. Government work)';
const INSEE = 'FR fr_insee: Licence Ouverte / Open Licence 2.0';

test('sources whose licence forbids it or is not known are not merged with others, which is said', async () => {
  assert.deepEqual(await told('area=all'), {
    names: ['Louise', 'Emma', 'Ava'],
    sources: [INSEE, US],
    leftOut: ['FR fr_paris: share_alike', 'GE ge_psda: licence_unknown'],
  });
  assert.deepEqual(await told('country=FR,US'), {
    names: ['Louise', 'Emma', 'Ava'],
    sources: [INSEE, US],
    leftOut: [],
  });
});

test('each of them alone is exported, with its licence named', async () => {
  assert.deepEqual(await told('country=GE'), {
    names: ['Nino', 'Barbare'],
    sources: ['GE ge_psda: unknown'],
    leftOut: [],
  });
  const paris = {
    names: ['Alma'],
    sources: ['FR fr_paris: Open Database License (ODbL) 1.0'],
    leftOut: [],
  };
  assert.deepEqual(await told('area=FR-75C'), paris);
  assert.deepEqual(await told('parser=fr_paris&area=all'), paris);
  assert.deepEqual(await told('country=ZZ'), { names: [], sources: [], leftOut: [] });
});

test('a file of a profile without a licence stays apart until somebody names one', async () => {
  await loadRows(db.pool, 'ZZ', rows(null, { Ada: 7 }), { parser: 'generic' });
  const before = await told('country=US,ZZ');
  assert.deepEqual([before.names, before.leftOut], [['Emma', 'Ava'], ['ZZ generic: licence_unknown']]);
  await db.pool.run('nameLicence', sql`UPDATE countries SET licence = 'CC BY 4.0' WHERE code = 'ZZ'`);
  const after = await told('country=US,ZZ');
  assert.deepEqual([after.names, after.leftOut], [['Emma', 'Ava', 'Ada'], []]);
});

test('an export into a file says so in its view, and again where the file is fetched', async () => {
  const posted = await server.post(
    '/v1/exports',
    { resource_type: 'names', fields: ['name'], filters: { area: 'all' } },
    { 'idempotency-key': 'licences' },
  );
  assert.equal(posted.status, 202);
  const { job_id: id } = (await posted.json()) as { job_id: string };
  // oxlint-disable-next-line typescript/no-explicit-any
  let view: any;
  const deadline = performance.now() + 30_000;
  do {
    await delay(20);
    view = await (await server.get(`/v1/exports/${id}`)).json();
  } while (view.status !== 'completed' && performance.now() < deadline);
  assert.deepEqual([view.status, view.total_records], ['completed', 4]);
  const ids = view.sources.map(({ source }: { source: string }) => source);
  assert.deepEqual(ids, ['fr_insee', 'us_ssa', 'generic']);
  assert.ok(view.sources.every(({ attribution, source }: Record<string, string>) => attribution ?? source));
  assert.deepEqual(
    view.left_out.map(({ source, reason, licence }: Record<string, string>) => [source, reason, licence]),
    [
      ['fr_paris', 'share_alike', 'Open Database License (ODbL) 1.0'],
      ['ge_psda', 'licence_unknown', 'unknown'],
    ],
  );
  assert.match(view.left_out[0].message, /would become that of the rows of all other sources/);
  const file = await server.get(view.download_url);
  assert.deepEqual(namesIn(await file.text()).toSorted(), ['Ada', 'Ava', 'Emma', 'Louise']);
  assert.equal(inHeaders(file.headers).leftOut.length, 2);
});

test('resources without offices have no sources', async () => {
  const response = await server.get('/v1/exports?resource=users');
  assert.deepEqual([response.status, response.headers.get('x-sources')], [200, null]);
});
