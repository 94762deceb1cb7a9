import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { productApi } from '#test/support/product-api.ts';
import { createRandom } from '#test/support/random.ts';
import { ageStore, finished, jobState, unfinishedFiles } from './import-checks.ts';
import { holdBack, isWaiting } from './import-kills.ts';
import type { Scene, Victim } from './import-scene.ts';
import { until } from './jobs-support.ts';

/** While the file grows; and when it is whole but nobody knows. */
const PHASES = ['writing', 'finishing'] as const;
type Phase = (typeof PHASES)[number];

const USERS = 40_000;
/** Tries for each kill that has to hit something. */
const TRIES = 12;
const WRITTEN_WITHIN_MS = 60_000;

export interface ExportKillRun {
  readonly start: () => Promise<Scene>;
  readonly kills: number;
  readonly seed: number;
}

/** Kills exports into files at random points, the phases in turn; each ends with the file of a quiet one, and no other. */
export async function runExportKills(t: TestContext, { start, kills, seed }: ExportKillRun): Promise<void> {
  const random = createRandom(seed);
  const scene = await start();
  t.after(() => scene.stop());
  await scene.ask(addUsers);
  const quiet = await beginExport(scene);
  await finished(scene, quiet);
  const reference = await exported(scene, quiet);
  assert.equal(reference.rows, USERS);

  const victims = scene.victims.filter((victim) => victim !== 'api');
  const first = random.below(victims.length);
  const hits = new Map<string, number>();
  let missed = 0;
  for (let done = 0; done < kills;) {
    const phase = PHASES[done % PHASES.length] as Phase;
    // Each victim in each phase, in the course of twice as many kills as there are victims.
    const victim = victims[(first + done + Math.floor(done / victims.length)) % victims.length] as Victim;
    const title = `kill ${done + 1}, ${phase}, ${victim} (seed ${seed})`;
    if (await killOnce(scene, { phase, victim, fraction: random.next(), reference, title })) {
      done++;
      for (const what of [phase, victim]) hits.set(what, (hits.get(what) ?? 0) + 1);
    } else assert.ok(++missed < kills * TRIES, `too many kills hit nothing, the last: ${title}`);
  }
  t.diagnostic(
    `${scene.name}, seed ${seed}: ${JSON.stringify(Object.fromEntries(hits))}, ${missed} hit nothing`,
  );
  assert.deepEqual(await findLeftovers(scene), []);
}

/** What an export has made. */
interface Exported {
  readonly rows: number;
  readonly size: number;
  readonly sha256: string;
}

interface Kill {
  readonly phase: Phase;
  readonly victim: Victim;
  /** From 0 up to 1: when within the phase. */
  readonly fraction: number;
  readonly reference: Exported;
  readonly title: string;
}

async function killOnce(scene: Scene, kill: Kill): Promise<boolean> {
  const { phase, victim, fraction, reference, title } = kill;
  const former = new Set(unfinishedFiles(scene));
  const id = await beginExport(scene);
  const isWriting = phase === 'writing';
  const bytes = isWriting ? fraction * reference.size : 1;
  await until('the file grows', () => isWritten(scene, former, id, bytes), WRITTEN_WITHIN_MS, 1);
  const { pid } = scene.worker();
  // Stopped in the middle of the file, or else a quick export would be over before it is hit.
  if (isWriting) signal(pid, 'SIGSTOP');
  // The end of an export touches its row, which nothing does while the file is written: it stands still there.
  const row = sql`SELECT FROM export_jobs WHERE id = ${id} FOR UPDATE`;
  const isOver = async (db: Pool): Promise<boolean> =>
    (await isWaiting(db)) || (await jobState(scene, id)).status === 'completed';
  const hold = isWriting ? undefined : await holdBack(scene, row, isOver);
  if (fraction < 0.5) await hold?.release();
  if (hold) await delay(fraction * 10);
  const before = await jobState(scene, id);
  const hit = before.status === 'running' && (await scene.kill(victim));
  if (isWriting) signal(pid, 'SIGCONT');
  await hold?.release();
  await scene.recover();
  const after = await finished(scene, id);

  assert.deepEqual(await exported(scene, id), reference, title);
  for (const file of filesOf(scene, id))
    assert.equal(hashOf(scene, file), reference.sha256, `${title}: ${file}`);
  // A process that lives on clears up by itself.
  if (scene.worker().pid === pid) assert.deepEqual(new Set(unfinishedFiles(scene)), former, title);
  return hit && after.token > before.token;
}

/** To a process that may be gone by now. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function beginExport(scene: Scene): Promise<string> {
  const { url, key } = scene.server();
  const response = await fetch(`${url}/v1/exports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ resource_type: 'users' }),
  });
  const body = (await response.json()) as { job_id: string };
  assert.equal(response.status, 202, JSON.stringify(body));
  return body.job_id;
}

/** Whether so much of it is there, or all. */
function isWritten(scene: Scene, former: ReadonlySet<string>, id: string, bytes: number): boolean {
  if (filesOf(scene, id).length > 0) return true;
  const file = unfinishedFiles(scene).find((each) => !former.has(each));
  const found = file && statSync(join(scene.store, file), { throwIfNoEntry: false });
  return found !== undefined && found !== '' && found.size >= bytes;
}

/** What the server says of an export, and that its file is so. */
async function exported(scene: Scene, id: string): Promise<Exported> {
  const server = scene.server();
  // A database that was killed when nothing needed it is away for a moment: 503, and the client asks again.
  const view = await until('the server answers', async () => {
    const { status, body } = await productApi(server).send('GET', `/v1/exports/${id}`);
    assert.ok(status === 200 || status === 503, JSON.stringify(body));
    return status === 200 && body;
  });
  const headers = { authorization: `Bearer ${server.key}` };
  const file = await until('the server sends the file', async () => {
    const response = await fetch(`${server.url}${view.download_url}`, { headers });
    const content = Buffer.from(await response.arrayBuffer());
    assert.ok(response.status === 200 || response.status === 503, content.toString('latin1', 0, 500));
    return response.status === 200 && content;
  });
  const sha256 = createHash('sha256').update(file).digest('hex');
  assert.deepEqual([view.file_size, view.sha256], [file.length, sha256]);
  return { rows: view.total_records, size: view.file_size, sha256 };
}

/** Lets days pass, cleans up, and says which files are left that no export names. */
async function findLeftovers(scene: Scene): Promise<string[]> {
  await ageStore(scene);
  await finished(
    scene,
    await scene.ask((db) => enqueueJob(db, { type: 'maintain_exports', payload: {}, createdBy: null })),
  );
  const rows = await scene.ask((db) =>
    db.many<{ file_key: string }>('named', sql`SELECT file_key FROM export_jobs WHERE file_key IS NOT NULL`),
  );
  const named = new Set(rows.map(({ file_key: key }) => key));
  const stored = globSync('exports/*/*', { cwd: scene.store });
  assert.ok(stored.length >= named.size);
  return [...stored.filter((file) => !named.has(file)), ...unfinishedFiles(scene)];
}

function filesOf({ store }: Scene, id: string): string[] {
  return globSync(`exports/${id}/*`, { cwd: store });
}

function hashOf({ store }: Scene, file: string): string {
  return createHash('sha256')
    .update(readFileSync(join(store, file)))
    .digest('hex');
}

/** Enough for a file of some 20 MB. */
async function addUsers(db: Pool): Promise<void> {
  await db.run(
    'addUsers',
    sql`
      INSERT INTO users (id, email, username, bio, created_at, updated_at)
      SELECT gen_random_uuid(), 'u' || n || '@example.org', 'u' || n, repeat(md5(n::text), 13), now(), now()
      FROM generate_series(1, ${USERS}) AS n
      ON CONFLICT DO NOTHING`,
  );
}
