import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Pool } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';
import { productApi } from '#test/support/product-api.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { checkAgainst, finished, jobState, makeReference, type Reference } from './import-checks.ts';
import { writeStatesFile } from './import-files.ts';
import { type Hold, holdBack, publishLock } from './import-kills.ts';
import type { Scene } from './import-scene.ts';
import { until } from './jobs-support.ts';

const EXITS_WITHIN_MS = 25_000;
const ROWS = 100_000;
/** For a task that ends before it can be held. */
const TRIES = 10;
const SORT = { operation: 'sort', options: '{"by":[{"column":"town"},{"column":"id"}]}' };

/** An import, an export and a task that stand still in their middle, and do not end by themselves. */
interface WorkInHand {
  readonly jobs: readonly string[];
  release(): Promise<void>;
  /** Once they have ended: as if nothing had happened. */
  check(): Promise<void>;
}

export async function beginWork(t: TestContext, scene: Scene): Promise<WorkInHand> {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-stops-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [states, table] = [join(folder, 'states.csv'), join(folder, 'table.csv')];
  await writeStatesFile(states, 1);
  const row = (at: number): string => `${at},town ${(at * 7919) % 5003}\n`;
  writeFileSync(table, `id,town\n${Array.from({ length: ROWS }, (_, at) => row(at)).join('')}`);
  await scene.ask(addUsers);
  const reference = await makeReference(scene, states);
  const [exported, sorted] = [await beginExport(scene), await beginTask(scene, table)];
  for (const id of [exported, sorted]) await finished(scene, id);
  const quiet = await results(scene);

  // What the import needs at its end, what the export reads, and what the task writes at its end.
  const locks: Sql[] = [publishLock, sql`LOCK TABLE users IN ACCESS EXCLUSIVE MODE`];
  const holds: Hold[] = [];
  for (const lock of locks) holds.push(await holdBack(scene, lock, async () => true));
  const jobs = [await beginImport(scene, states), await beginExport(scene)];
  const task = await holdTask(scene, table);
  holds.push(task.hold);
  jobs.push(task.id);
  await until('three wait', () => scene.ask(async (db) => (await db.run('waiting', WAITING)) === 3));
  await allAre(scene, jobs, RUNNING);
  return {
    jobs,
    async release() {
      await Promise.all(holds.map((hold) => hold.release()));
    },
    check: () => check(scene, { reference, quiet, jobs }),
  };
}

/** A task that runs and cannot write its end. */
async function holdTask(scene: Scene, file: string): Promise<{ id: string; hold: Hold }> {
  for (let tried = 0; tried < TRIES; tried++) {
    const id = await beginTask(scene, file);
    const hold = await holdBack(scene, sql`SELECT FROM tasks WHERE id = ${id} FOR UPDATE`, async () => true);
    if ((await jobState(scene, id)).status !== 'completed') return { id, hold };
    await hold.release();
  }
  throw new Error('tasks end before they are held');
}

/** The worker gives back what it has in hand, and another one brings it to its end. */
export async function stopWorkerAtWork(t: TestContext, scene: Scene): Promise<void> {
  const work = await beginWork(t, scene);
  await exitsInTime(() => scene.worker().stop());
  await allAre(scene, work.jobs, GIVEN_BACK);
  const other = await scene.startWorker();
  try {
    await work.release();
    await work.check();
  } finally {
    await other.stop();
  }
}

/** SIGTERM to the process is answered in time and in order. */
export async function exitsInTime(stop: () => Promise<number | null>): Promise<void> {
  const started = performance.now();
  assert.equal(await stop(), 0);
  const tookMs = performance.now() - started;
  assert.ok(tookMs < EXITS_WITHIN_MS, `it took ${tookMs} ms`);
}

const WAITING = sql`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

export const RUNNING = { status: 'running', attempts: 1, lost: 0 };
const GIVEN_BACK = { status: 'queued', attempts: 0, lost: 0 };

/** Whether the queue has all of them so. */
export async function allAre(scene: Scene, jobs: readonly string[], state: object): Promise<void> {
  const states = await scene.ask((db) =>
    db.many<object>(
      'states',
      sql`SELECT status, attempts, lost_leases AS lost FROM jobs WHERE id = ANY(${jobs}::uuid[])`,
    ),
  );
  assert.deepEqual(
    states,
    jobs.map(() => state),
  );
}

async function check(
  scene: Scene,
  { reference, quiet, jobs }: { reference: Reference; quiet: readonly string[]; jobs: readonly string[] },
): Promise<void> {
  for (const id of jobs) await finished(scene, id);
  await checkAgainst(scene, reference);
  assert.deepEqual(await results(scene), quiet);
  await allAre(scene, jobs, { status: 'completed', attempts: 1, lost: 0 });
}

async function beginImport(scene: Scene, file: string): Promise<string> {
  const fields = { country_id: 'US', allow_duplicate: 'true' };
  const { status, body } = await uploadFile({ ...scene.server(), file, fields });
  assert.equal(status, 202, JSON.stringify(body));
  return body.data.job_id;
}

async function beginTask(scene: Scene, file: string): Promise<string> {
  const { status, body } = await uploadFile({ ...scene.server(), path: '/v1/tasks', file, fields: SORT });
  assert.equal(status, 202, JSON.stringify(body));
  return body.data.task_id;
}

async function beginExport(scene: Scene): Promise<string> {
  const api = productApi(scene.server());
  const { status, body } = await api.send('POST', '/v1/exports', { resource_type: 'users' });
  assert.equal(status, 202, JSON.stringify(body));
  return body.job_id;
}

/** What all exports and tasks have made, each content once. */
async function results(scene: Scene): Promise<string[]> {
  const rows = await scene.ask((db) =>
    db.many<{ sum: string }>(
      'results',
      sql`
        SELECT DISTINCT 'export ' || sha256 AS sum FROM export_jobs
        UNION SELECT DISTINCT 'task ' || result_sha256 FROM tasks ORDER BY sum`,
    ),
  );
  return rows.map(({ sum }) => sum);
}

async function addUsers(db: Pool): Promise<void> {
  await db.run(
    'add users',
    sql`
      INSERT INTO users (id, email, username, created_at, updated_at)
      SELECT gen_random_uuid(), 'u' || n || '@example.org', 'u' || n, now(), now()
      FROM generate_series(1, 1000) AS n`,
  );
}
