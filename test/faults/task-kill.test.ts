import assert from 'node:assert/strict';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { productApi } from '#test/support/product-api.ts';
import { createRandom } from '#test/support/random.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { ageStore, finished, jobState, unfinishedFiles } from './import-checks.ts';
import { type Scene, startApart, startTogether, type Victim } from './import-scene.ts';
import { until } from './jobs-support.ts';

/** Both ways to run take half of them each. */
const KILLS = Number(process.env['FAULT_KILLS'] ?? 12);
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
/** Tries for each kill that has to hit something. */
const TRIES = 12;
const ROWS = 300_000;

/** One that streams, one that puts records aside, one that reads twice. */
const WORK: readonly Readonly<Record<string, string>>[] = [
  { operation: 'convert', options: '{"to":"ndjson"}' },
  { operation: 'sort', options: '{"by":[{"column":"town"},{"column":"id","order":"descending"}]}' },
  { operation: 'sample', options: '{"fraction":0.5,"seed":"a"}' },
];

/** What a task says of its end. */
interface TaskEnd {
  readonly status: string;
  readonly result_sha256: string;
  readonly records_read: number;
  readonly records_written: number;
}

suite(`${KILLS} kills while tables are worked on`, { concurrency: true }, () => {
  for (const start of [startTogether, startApart]) {
    test(`${start.name}: the results of quiet tasks, and no other file is left`, async (t) =>
      killTasks(t, await start(), Math.ceil(KILLS / 2)));
  }
});

async function killTasks(t: TestContext, scene: Scene, kills: number): Promise<void> {
  t.after(() => scene.stop());
  const random = createRandom(seed);
  const file = writeTable(t);
  const quiet: { readonly end: TaskEnd; readonly tookMs: number }[] = [];
  for (const fields of WORK) {
    const id = await begin(scene, file, fields);
    await finished(scene, id);
    quiet.push({ end: await endOf(scene, id), tookMs: await tookMsOf(scene, id) });
  }

  // While records are read, no session works for the task.
  const victims = scene.victims.filter((victim) => victim !== 'api' && victim !== 'backend');
  let missed = 0;
  for (let done = 0; done < kills;) {
    const at = done % WORK.length;
    const victim = victims[(done + Math.floor(done / victims.length)) % victims.length] as Victim;
    const { end, tookMs } = quiet[at] as (typeof quiet)[number];
    const id = await begin(scene, file, WORK[at] as (typeof WORK)[number]);
    await until('the task runs', async () => (await jobState(scene, id)).status !== 'queued');
    // Anywhere in its run, by the time that a quiet one takes.
    await delay(random.next() * tookMs * 0.8);
    const before = await jobState(scene, id);
    const hit = before.status === 'running' && (await scene.kill(victim));
    await scene.recover();
    await finished(scene, id);
    assert.deepEqual(await endOf(scene, id), end, `kill ${done + 1}, ${victim}, seed ${seed}`);
    if (hit) done++;
    else assert.ok(++missed < kills * TRIES, 'too many kills hit nothing');
  }
  t.diagnostic(`${scene.name}, seed ${seed}: ${kills} kills, ${missed} hit nothing`);
  assert.deepEqual(await findLeftovers(scene), []);
}

function writeTable(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-table-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'table.csv');
  const row = (at: number): string => `${at},"town ${(at * 7919) % 5003}",${'x'.repeat(40)}\r\n`;
  writeFileSync(file, `id,town,text\r\n${Array.from({ length: ROWS }, (_, at) => row(at)).join('')}`);
  return file;
}

async function begin(scene: Scene, file: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const { status, body } = await uploadFile({ ...scene.server(), path: '/v1/tasks', file, fields });
  assert.equal(status, 202, JSON.stringify(body));
  return body.data.task_id as string;
}

async function tookMsOf(scene: Scene, id: string): Promise<number> {
  const row = await scene.ask((db) =>
    db.maybeOne<{ ms: number }>(
      'took',
      sql`SELECT (extract(epoch FROM completed_at - started_at) * 1000)::float8 AS ms FROM jobs WHERE id = ${id}`,
    ),
  );
  return row?.ms ?? 0;
}

async function endOf(scene: Scene, id: string): Promise<TaskEnd> {
  // A database that was killed when nothing needed it is away for a moment: 503, and the client asks again.
  const { data } = await until('the server answers', async () => {
    const { status, body } = await productApi(scene.server()).send('GET', `/v1/tasks/${id}`);
    return status === 200 && (body as { data: TaskEnd });
  });
  const { status, result_sha256, records_read, records_written } = data;
  return { status, result_sha256, records_read, records_written };
}

/** Lets days pass, cleans up, and says which files are left that no task names. */
async function findLeftovers(scene: Scene): Promise<string[]> {
  await ageStore(scene);
  const job = { type: 'maintain_tasks', payload: {}, createdBy: null };
  await finished(scene, await scene.ask((db) => enqueueJob(db, job)));
  const rows = await scene.ask((db) =>
    db.many<{ keys: string[] }>('named', sql`SELECT ARRAY[file_key, result_key] AS keys FROM tasks`),
  );
  const named = new Set(rows.flatMap(({ keys }) => keys));
  const stored = globSync('tasks/*/**', { cwd: scene.store, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(scene.store.length + 1));
  assert.ok(stored.length >= named.size);
  return [...stored.filter((key) => !named.has(key)), ...unfinishedFiles(scene)];
}
