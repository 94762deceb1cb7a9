import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { createRandom } from '#test/support/random.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { finished, jobState } from './import-checks.ts';
import { holdBack, isWaiting } from './import-kills.ts';
import type { Scene, Victim } from './import-scene.ts';
import { until } from './jobs-support.ts';

const PHASES = ['reading', 'checking', 'loading', 'finishing'] as const;
type Phase = (typeof PHASES)[number];

const RECORDS = 60_000;
/** Tries for each kill that has to hit something. */
const TRIES = 12;
const PHASE_WITHIN_MS = 60_000;

export interface ContentKillRun {
  readonly start: () => Promise<Scene>;
  readonly kills: number;
  readonly seed: number;
}

/** Kills imports of users at random points, the phases in turn; each gives the rows and the report of a quiet one. */
export async function runContentKills(t: TestContext, { start, kills, seed }: ContentKillRun): Promise<void> {
  const random = createRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'affirm-content-kills-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'users.csv');
  writeFileSync(file, usersFile());

  const scene = await start();
  t.after(() => scene.stop());
  const quiet = await sendUsers(scene, file);
  await finished(scene, quiet);
  const reference = await digest(scene, quiet);
  assert.match(reference, /^59400 /);

  const hits = new Map<string, number>();
  let missed = 0;
  for (let done = 0; done < kills;) {
    const phase = PHASES[done % PHASES.length] as Phase;
    const victims = scene.victims.filter((victim) => victim !== 'api');
    const victim = random.pick(victims);
    const title = `kill ${done + 1}, ${phase}, ${victim} (seed ${seed})`;
    if (await killOnce(scene, { file, phase, victim, fraction: random.next(), reference, title })) {
      done++;
      for (const what of [phase, victim]) hits.set(what, (hits.get(what) ?? 0) + 1);
    } else assert.ok(++missed < kills * TRIES, `too many kills hit nothing, the last: ${title}`);
  }
  t.diagnostic(
    `${scene.name}, seed ${seed}: ${JSON.stringify(Object.fromEntries(hits))}, ${missed} hit nothing`,
  );
  const stages = await scene.ask((db) =>
    db.many('stages', sql`SELECT tablename FROM pg_tables WHERE schemaname = 'staging'`),
  );
  assert.deepEqual(stages, []);
  assert.doesNotMatch(scene.databaseLog(), /could not create file/, 'every recovery goes through at once');
}

interface Kill {
  readonly file: string;
  readonly phase: Phase;
  readonly victim: Victim;
  readonly fraction: number;
  readonly reference: string;
  readonly title: string;
}

async function killOnce(scene: Scene, kill: Kill): Promise<boolean> {
  const { file, phase, victim, fraction, reference, title } = kill;
  await scene.ask((db) => db.run('clear', sql`TRUNCATE users CASCADE`));
  const id = await sendUsers(scene, file);
  const isLast = phase === 'finishing';
  const seen = isLast ? 'loading' : phase;
  await until(phase, async () => reached(await phaseOf(scene, id), seen), PHASE_WITHIN_MS);
  // The last step touches the report, which nothing before it does: it stands still there.
  const report = sql`SELECT FROM reports WHERE job_id = ${id} FOR UPDATE`;
  // An import that ended before the row was held is a kill that hits nothing.
  const isHeld = async (db: Pool): Promise<boolean> =>
    (await isWaiting(db)) || (await jobState(scene, id)).status === 'completed';
  const hold = isLast ? await holdBack(scene, report, isHeld) : undefined;
  if (fraction < 0.5) await hold?.release();
  await delay(fraction * (isLast ? 10 : 400));
  const before = await jobState(scene, id);
  const hit = before.status === 'running' && (await scene.kill(victim));
  await hold?.release();
  await scene.recover();
  const after = await finished(scene, id);
  assert.equal(await digest(scene, id), reference, title);
  return hit && after.token > before.token;
}

function reached(at: string | null, phase: Phase): boolean {
  const order: readonly (string | null)[] = PHASES;
  return order.indexOf(at) >= order.indexOf(phase);
}

async function phaseOf(scene: Scene, id: string): Promise<string | null> {
  const row = await scene.ask((db) =>
    db.maybeOne<{ phase: string | null; status: string }>(
      'phase',
      sql`SELECT phase, status FROM jobs WHERE id = ${id}`,
    ),
  );
  return row?.status === 'completed' ? 'finishing' : (row?.phase ?? null);
}

async function sendUsers(scene: Scene, file: string): Promise<string> {
  const { status, body } = await uploadFile({
    ...scene.server(),
    path: '/v1/imports',
    headers: { 'idempotency-key': crypto.randomUUID() },
    file,
    fields: { resource_type: 'users' },
  });
  assert.equal(status, 202, JSON.stringify(body));
  return body.job_id;
}

/** Every row in its order, every line of the report, and the counts. */
function digest(scene: Scene, id: string): Promise<string> {
  return scene.ask(async (db: Pool) => {
    const row = await db.maybeOne<{ digest: string }>(
      'digest',
      sql`
        WITH one AS (SELECT * FROM import_jobs WHERE id = ${id})
        SELECT concat_ws(' ', created_count, skipped_count, fail_count, unprocessed_count, total_records,
          (SELECT md5(string_agg(concat_ws('|', id, email, username, bio, image), E'\n' ORDER BY no)) FROM users),
          (SELECT max(no) - min(no) FROM users),
          (SELECT md5(string_agg(concat_ws('|', seq, code, record, line_start, byte_offset, field, value, conflict_with), E'\n'
                                 ORDER BY seq))
           FROM record_errors WHERE report_no = one.report_no),
          (SELECT concat_ws(' ', records, accepted, rejected, error_count, summary) FROM reports WHERE no = one.report_no),
          (SELECT md5(string_agg(records::text, ',' ORDER BY chunk)) FROM import_rejects WHERE import_no = one.no)) AS digest
        FROM one`,
    );
    return (row as { digest: string }).digest;
  });
}

/** Each two-hundredth repeats an address, and as many are no good by themselves. */
function usersFile(): string {
  const lines = ['id,email,username,bio,image'];
  for (let n = 1; n <= RECORDS; n++) {
    const email = n % 200 === 0 ? `u${n - 7}@example.org` : n % 200 === 100 ? 'nobody' : `u${n}@example.org`;
    lines.push(`00000000-0000-4000-8000-${hash(n)},${email},u${n},"Says ""${n}""",https://example.org/${n}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Twelve hexadecimal digits in no order. */
function hash(n: number): string {
  return ((n * 104_729) % 999_983).toString(16).padStart(12, '0');
}
