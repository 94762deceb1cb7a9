import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachEmbedded } from '#platform/postgres/embedded.ts';
import { runCommand } from '#test/support/launch.ts';
import { affirmName, ask, dataFolder, startProcess, until } from '#test/support/server.ts';

const STOP_WITHIN_MS = 25_000;

test('starts, answers about an upload, stops in order, and keeps data and key', async (t) => {
  const dataDir = dataFolder(t);
  const first = await startProcess(t, dataDir);
  const key = readFileSync(join(dataDir, 'admin-key'), 'utf8').trim();
  assert.ok(first.output().includes(key), 'a new key is shown');
  assert.equal(statSync(join(dataDir, 'admin-key')).mode & 0o777, 0o600);
  await until(async () => (await ask(first, '/ready')).ready, 'ready');
  assert.equal((await ask(first, '/health')).status, 'healthy');

  writeFileSync(join(dataDir, 'yob2020.txt'), 'Emma,F,20\nOlivia,F,30\nJordan,F,10\nJordan,M,30\n');
  const imported = await affirmName(first, 'import', 'yob2020.txt', '--country', 'US');
  assert.match(imported.stdout, /^yob2020\.txt: 4 rows, 0 skipped, 0 refused; published as dataset /);
  assert.equal(imported.code, 0);

  const { code, ms } = await first.end('SIGTERM');
  assert.equal(code, 0, first.output());
  assert.ok(ms < STOP_WITHIN_MS, `it took ${ms} ms`);
  assert.equal(await attachEmbedded(dataDir), undefined, 'the database was stopped, too');
  assert.doesNotMatch(first.output(), /"level":"(?:error|warn|fatal)"/);

  const second = await startProcess(t, dataDir);
  assert.equal(readFileSync(join(dataDir, 'admin-key'), 'utf8').trim(), key);
  assert.ok(!second.output().includes(key), 'a known key is not shown');
  const top = await affirmName(second, 'names', 'top', '--country', 'US', '--gender', 'F', '--json');
  assert.deepEqual(
    JSON.parse(top.stdout).data.map(({ name, count }: { name: string; count: number }) => [name, count]),
    [
      ['Olivia', 30],
      ['Emma', 20],
      ['Jordan', 10],
    ],
  );
  assert.equal((await second.end('SIGINT')).code, 0);
});

for (const format of ['json', 'text']) {
  test(`goes on when nobody reads its log any more, and still stops in order (${format})`, async (t) => {
    const server = await startProcess(t, dataFolder(t), { env: { LOG_FORMAT: format } });
    server.leaveUnread();
    for (let asked = 0; asked < 5; asked++) assert.equal((await ask(server, '/health')).status, 'healthy');
    assert.equal((await server.end('SIGTERM')).code, 0);
    assert.equal(await attachEmbedded(server.dataDir), undefined);
  });
}

test('kill -9 in the middle of an import: the next start finishes it', async (t) => {
  const dataDir = dataFolder(t);
  const first = await startProcess(t, dataDir);
  const rows = 60_000;
  writeFileSync(join(dataDir, 'yob1999.txt'), manyRows(rows));
  await affirmName(first, 'import', 'yob1999.txt', '--country', 'US', '--no-wait');
  await until(
    async () => (await ask(first, '/v1/jobs?type=parse_dataset')).data[0].status === 'running',
    'running',
  );
  assert.equal((await first.end('SIGKILL')).code, null);

  const second = await startProcess(t, dataDir);
  await until(async () => (await ask(second, '/v1/datasets')).data[0].status === 'completed', 'completed');
  const [dataset] = (await ask(second, '/v1/datasets')).data;
  assert.deepEqual([dataset.row_count, dataset.published], [rows, true]);
  const [job] = (await ask(second, '/v1/jobs?type=parse_dataset')).data;
  assert.equal(job.attempts, 1, 'a kill burns no attempt');
  assert.equal((await second.end()).code, 0);
});

test('two run at once on folders of their own; neither a folder nor a port is shared', async (t) => {
  const [one, other] = await Promise.all([startProcess(t, dataFolder(t)), startProcess(t, dataFolder(t))]);
  const sameFolder = await runCommand(['serve'], { dataDir: one.dataDir });
  assert.equal(sameFolder.code, 1);
  assert.match(sameFolder.stderr, new RegExp(`^data_dir_in_use: .*process ${one.pid}`));

  const { port } = new URL(one.url);
  const third = dataFolder(t);
  const samePort = await runCommand(['serve'], {
    dataDir: third,
    env: { SERVER_PORT: port, SHUTDOWN_DELAY: '10m' },
  });
  assert.equal(samePort.code, 1, 'at once: there is nothing to wait for');
  assert.match(
    samePort.stderr,
    new RegExp(`port_unavailable: Port ${port} on 127\\.0\\.0\\.1 is in use .*SERVER_PORT=`),
  );
  assert.equal(await attachEmbedded(third), undefined, 'nothing is left running');

  for (const server of [one, other]) assert.equal((await ask(server, '/health')).status, 'healthy');
  const ends = await Promise.all([one.end(), other.end()]);
  assert.deepEqual(
    ends.map(({ code }) => code),
    [0, 0],
  );
});

test('wrong settings are named all at once, before anything is made', async (t) => {
  const dataDir = dataFolder(t);
  const env = { SERVER_PORT: '99999', WORKER_CONCURRENCY: 'many', JOB_LEASE: '3 weeks' };
  const { code, stderr } = await runCommand(['serve'], { dataDir, env });
  assert.equal(code, 1);
  for (const name of Object.keys(env)) assert.match(stderr, new RegExp(`^ {2}${name} must`, 'm'));
  assert.equal(await attachEmbedded(dataDir), undefined);
});

test('a worker process does the work of an API without workers, and stops alone; the API says that it leaves', async (t) => {
  const dataDir = dataFolder(t);
  const api = await startProcess(t, dataDir, {
    env: { WORKER_CONCURRENCY: '0', SHUTDOWN_DELAY: '3s' },
  });
  writeFileSync(join(dataDir, 'yob2001.txt'), 'Emma,F,20\n');
  await affirmName(api, 'import', 'yob2001.txt', '--country', 'US', '--no-wait');
  assert.equal((await ask(api, '/v1/datasets')).data[0].status, 'pending');

  const worker = await startProcess(t, dataDir, { command: 'worker' });
  await until(async () => (await ask(api, '/v1/datasets')).data[0].status === 'completed', 'completed');
  assert.deepEqual(await (await fetch(`${worker.url}/ready`)).json(), { ready: true });
  assert.equal((await fetch(`${worker.url}/v1/datasets`)).status, 404);
  assert.equal((await worker.end()).code, 0, worker.output());
  assert.equal((await ask(api, '/health')).status, 'healthy', 'the database is still there');

  // A load balancer is told first; who comes meanwhile is served.
  const ended = api.end();
  await until(async () => (await fetch(`${api.url}/ready`)).status === 503, 'it says that it leaves');
  assert.equal((await ask(api, '/v1/datasets')).data.length, 1);
  const { code, ms } = await ended;
  assert.equal(code, 0);
  assert.ok(ms > 3000, `it was gone after ${ms} ms`);
});

test('a worker without a database says where one comes from', async (t) => {
  const { code, stderr } = await runCommand(['worker'], { dataDir: dataFolder(t) });
  assert.equal(code, 1);
  assert.match(stderr, /^embedded_postgres_stopped: .*affirm-name serve.*DATABASE_URL/);
});

function manyRows(count: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const word = (number: number): string =>
    Array.from({ length: 4 }, (_, place) => letters[Math.floor(number / 26 ** place) % 26]).join('');
  return Array.from({ length: count }, (_, at) => `A${word(at)},F,${1 + (at % 5000)}\n`).join('');
}
