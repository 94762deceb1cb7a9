import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from '#platform/postgres/sql.ts';
import { createRandom } from '#test/support/random.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { checkAgainst, finished, makeReference } from './import-checks.ts';
import { writeStatesFile } from './import-files.ts';
import { type Scene, startApart, startTogether } from './import-scene.ts';
import { until } from './jobs-support.ts';

const RESTARTS = 10;
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
const SORT = { operation: 'sort', options: '{"by":[{"column":"town"},{"column":"id"}]}' };
/** A job that met seven of them waits up to two minutes for its next try. */
const FINISHED_WITHIN_MS = 180_000;
/** Characters of a log that a failure shows. */
const TOLD = 4000;
/** Longer than a request waits for a connection. */
const ANSWERED_WITHIN_MS = 20_000;

suite(`PostgreSQL is restarted ${RESTARTS} times in a row`, { concurrency: true }, () => {
  for (const start of [startTogether, startApart]) {
    test(`${start.name}: each job ends once at its first attempt, and requests are answered again`, async (t) =>
      restartAtWork(t, await start()));
  }
});

async function restartAtWork(t: TestContext, scene: Scene): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-restarts-'));
  t.after(async () => {
    await scene.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const [states, table] = [join(folder, 'states.csv'), join(folder, 'table.csv')];
  await writeStatesFile(states, 1);
  const row = (at: number): string => `${at},town ${(at * 7919) % 5003}\n`;
  writeFileSync(table, `id,town\n${Array.from({ length: 20_000 }, (_, at) => row(at)).join('')}`);
  const reference = await makeReference(scene, states);
  const quiet = await taken(scene, { file: table, path: '/v1/tasks', fields: SORT });
  await finished(scene, quiet);

  const random = createRandom(seed);
  const asking = askOnAndOn(scene);
  const jobs = [await taken(scene, { file: states, fields: { country_id: 'US', allow_duplicate: 'true' } })];
  const tookMs: number[] = [];
  for (let at = 0; at < RESTARTS; at++) {
    jobs.push(await taken(scene, { file: table, path: '/v1/tasks', fields: SORT }));
    await delay(random.next() * 500);
    tookMs.push(await restart(scene, at % 2 === 0 ? 'SIGINT' : 'SIGKILL'));
  }
  for (const id of jobs) {
    await finished(scene, id, FINISHED_WITHIN_MS).catch((error: Error) => {
      throw new Error(`${error.message}; the worker wrote:\n${scene.worker().output().slice(-TOLD)}`);
    });
  }
  const answers = await asking.end();
  t.diagnostic(
    `${scene.name}, seed ${seed}: answers ${JSON.stringify(answers)}, restarts took ${tookMs.join(' ')} ms`,
  );
  assert.deepEqual(
    Object.keys(answers).filter((status) => !['200', '503'].includes(status)),
    [],
  );
  assert.ok((answers['200'] ?? 0) > 0);

  await checkAgainst(scene, reference);
  const sums = await scene.ask((db) =>
    db.many<{ sha256: string }>('sums', sql`SELECT DISTINCT result_sha256 AS sha256 FROM tasks`),
  );
  assert.equal(sums.length, 1, 'each result is that of the quiet task');
  const burnt = await scene.ask((db) =>
    db.many(
      'burnt',
      sql`SELECT type, status, attempts, lost_leases FROM jobs WHERE attempts > 1 OR lost_leases > 0 OR status = 'failed'`,
    ),
  );
  assert.deepEqual(burnt, []);
}

/** The job of a request that is sent again until it is accepted. */
async function taken(
  scene: Scene,
  request: { file: string; path?: string; fields: Readonly<Record<string, string>> },
): Promise<string> {
  return until('accepted', async () => {
    const { status, body } = await uploadFile({ ...scene.server(), ...request });
    assert.ok([202, 503].includes(status), JSON.stringify(body));
    return status === 202 && (body.data.job_id ?? body.data.task_id);
  });
}

/** `SIGINT` stops it as on a shutdown of the machine, in order. Milliseconds until it answers again. */
async function restart(scene: Scene, signal: 'SIGINT' | 'SIGKILL'): Promise<number> {
  const startedAt = (): Promise<string> =>
    scene.ask(async (db) => {
      const statement = sql`SELECT pg_postmaster_start_time()::text AS since`;
      return (await db.maybeOne<{ since: string }>('start', statement))?.since ?? '';
    });
  const before = await startedAt();
  const since = performance.now();
  process.kill(scene.postmaster(), signal);
  await until('another server', async () => (await startedAt()) !== before);
  return Math.round(performance.now() - since);
}

/** Asks for what is in the database all the time; says in the end how often it was answered how. */
function askOnAndOn(scene: Scene): { end(): Promise<Readonly<Record<string, number>>> } {
  const counts: Record<string, number> = {};
  let isOver = false;
  const { url, key } = scene.server();
  const ask = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${key}` };
    const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
    const response = await fetch(`${url}/v1/countries`, { headers, signal });
    const body = await response.text();
    if (response.status === 503)
      assert.match(`${response.headers.get('retry-after')} ${body}`, /^\d+ .*"unavailable"/);
    return String(response.status);
  };
  const asking = (async () => {
    while (!isOver) {
      const status = await ask();
      counts[status] = (counts[status] ?? 0) + 1;
      await delay(20);
    }
    assert.equal(await ask(), '200', 'answered again');
  })();
  // Its failure is told at the end.
  asking.catch(() => undefined);
  return {
    async end() {
      isOver = true;
      await asking;
      return counts;
    },
  };
}
