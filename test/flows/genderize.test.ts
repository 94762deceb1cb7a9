import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createHttpServer, stopHttpServer } from '#platform/http/server.ts';
import { statisticsRoutes } from '#products/names/index.ts';
import { createReadModel } from '#products/names/read-model/read-model.ts';
import { testDatabase } from '#test/support/database.ts';
import { startGenderizeProxy } from '#test/support/genderize-proxy.ts';
import { serverOptions } from '#test/support/http-server.ts';
import { addCountry, type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();
const row = (gender: 'F' | 'M', published: string, count: number): FlatRow => ({
  area: null,
  gender,
  year: 2000,
  published,
  count,
});
await loadRows(db.pool, 'US', [
  row('F', 'Kim', 930),
  row('M', 'Kim', 70),
  row('M', 'Peter', 1000),
  row('F', 'Even', 8),
  row('M', 'Even', 8),
]);
await addCountry(db.pool, 'DK', 'Denmark');
await loadRows(db.pool, 'DK', [row('M', 'Kim', 2000), row('F', 'Søren', 5)]);
const app = await createHttpServer(serverOptions());
void app.register(statisticsRoutes(db.pool, createReadModel({ pool: db.pool, cacheBytes: 1 << 24 })));
const url = await app.listen({ port: 0, host: '127.0.0.1' });
test.after(() => stopHttpServer(app, 200));
const proxy = await startGenderizeProxy(url);

const run = promisify(execFile);
const CLIENT = fileURLToPath(import.meta.resolve('genderize'));

/** What the published client answers, in a process of its own: its address is fixed, so only a proxy leads it here. */
async function client(call: string, ...parameters: unknown[]): Promise<unknown> {
  const program = `
    const genderize = require(${JSON.stringify(CLIENT)});
    const parameters = ${JSON.stringify(parameters)};
    const done = (error, answer) => console.log(JSON.stringify(error ? { failed: error.message } : answer));
    ${call};`;
  const { stdout } = await run(process.execPath, ['--no-deprecation', '-e', program], {
    env: { PATH: process.env['PATH'] ?? '', ...proxy.environment },
  });
  return JSON.parse(stdout) as unknown;
}

const one = 'genderize(...parameters, done)';
const list = 'genderize.list(...parameters, done)';

test('the client genderize asks for one name', async () => {
  assert.deepEqual(await client(one, 'peter'), {
    name: 'peter',
    gender: 'male',
    probability: 1,
    count: 1000,
  });
  assert.ok(proxy.hosts.every((host) => host === 'api.genderize.io:443') && proxy.hosts.length > 0);
});

test('the client genderize asks for one name in a country', async () => {
  assert.deepEqual(await client(one, 'Kim', { country_id: 'US' }), {
    name: 'Kim',
    gender: 'female',
    probability: 0.93,
    count: 1000,
    country_id: 'US',
  });
  assert.deepEqual(await client(one, 'Kim', { country_id: 'dk', apikey: 'mine' }), {
    name: 'Kim',
    gender: 'male',
    probability: 1,
    count: 2000,
    country_id: 'dk',
  });
});

test('the client genderize hears null of a name that nobody knows, and of a country without numbers', async () => {
  const nothing = { gender: null, probability: 0, count: 0 };
  assert.deepEqual(await client(one, 'Thunderhorse'), { name: 'Thunderhorse', ...nothing });
  assert.deepEqual(await client(one, 'Peter', { country_id: 'ZZ' }), {
    name: 'Peter',
    ...nothing,
    country_id: 'ZZ',
  });
});

test('the client genderize asks for a list, answered in its order', async () => {
  assert.deepEqual(await client(list, ['Søren', 'kim', 'Nobody', 'Even']), [
    { name: 'Søren', gender: 'female', probability: 1, count: 5 },
    { name: 'kim', gender: 'male', probability: 0.69, count: 3000 },
    { name: 'Nobody', gender: null, probability: 0, count: 0 },
    { name: 'Even', gender: null, probability: 0.5, count: 16 },
  ]);
  assert.deepEqual(await client(list, ['Peter'], { country_id: 'US' }), [
    { name: 'Peter', gender: 'male', probability: 1, count: 1000, country_id: 'US' },
  ]);
});

test('the client genderize is told of an eleventh name', async () => {
  const names = Array.from({ length: 11 }, (_, at) => `Name${at}`);
  assert.deepEqual(await client(list, names), { error: "Invalid 'name' parameter" });
  assert.equal(((await client(list, names.slice(1))) as unknown[]).length, 10);
});

test('the client genderize takes names as a stream', async () => {
  const call = `
    const answers = [];
    const stream = genderize.stream({ country_id: 'US' });
    stream.on('data', (answer) => answers.push(answer)).on('end', () => done(null, answers));
    for (const name of parameters) stream.write(name);
    stream.end()`;
  assert.deepEqual(await client(call, 'Peter', 'Kim'), [
    { name: 'Peter', gender: 'male', probability: 1, count: 1000, country_id: 'US' },
    { name: 'Kim', gender: 'female', probability: 0.93, count: 1000, country_id: 'US' },
  ]);
});

test('every answer has the headers of the rate limit, refusals too', async () => {
  for (const [query, status] of [
    ['name=Kim', 200],
    ['', 422],
    ['name[]=a&'.repeat(11), 422],
  ] as const) {
    const answer = await fetch(`${url}/v1/compat/genderize?${query}`);
    assert.equal(answer.status, status);
    const header = (name: string): number => Number(answer.headers.get(`x-rate-limit-${name}`) ?? 'none');
    assert.ok(header('limit') > 0 && header('remaining') > 0);
    assert.ok(header('reset') > 0 && header('reset') <= 86_400);
  }
});

test('name, name[] and name[0], with and without a slash at the end', async () => {
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`${url}/v1/compat/genderize${path}`)).json();
  const kim = { name: 'Kim', gender: 'male', probability: 0.69, count: 3000 };
  assert.deepEqual(await ask('?name=Kim'), kim);
  assert.deepEqual(await ask('/?name=Kim'), kim);
  assert.deepEqual(await ask('?name[]=Kim'), [kim]);
  assert.deepEqual(await ask('/?name[0]=Kim&name[1]=Kim'), [kim, kim]);
  assert.deepEqual(await ask('?name=Kim&name=Kim'), [kim, kim]);
  assert.deepEqual(await ask('?name='), { name: '', gender: null, probability: 0, count: 0 });
  assert.deepEqual(await ask(''), { error: "Missing 'name' parameter" });
  assert.deepEqual(await ask('?country_id=US'), { error: "Missing 'name' parameter" });
});
