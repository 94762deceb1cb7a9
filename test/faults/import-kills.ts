import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { Pool, Session } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';
import { productApi } from '#test/support/product-api.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import {
  checkAgainst,
  countDatasets,
  finished,
  jobState,
  type Reference,
  unfinishedFiles,
} from './import-checks.ts';
import type { Scene, Victim } from './import-scene.ts';
import { until } from './jobs-support.ts';

export const PHASES = ['receiving', 'parsing', 'loading', 'publishing', 'cleaning up'] as const;
export type Phase = (typeof PHASES)[number];

/** A kill that is to be tried. `fraction` (0 up to 1) says when within the phase. */
export interface Attempt {
  readonly phase: Phase;
  readonly victim: Victim;
  readonly fraction: number;
  readonly reference: Reference;
}

const FINISHED_WITHIN_MS = 60_000;
const FIELDS = { country_id: 'US', allow_duplicate: 'true' };

/** Kills, recovers and checks what there is afterwards. False when the kill came too late to hit anything. */
export async function killOnce(scene: Scene, attempt: Attempt): Promise<boolean> {
  switch (attempt.phase) {
    case 'receiving':
      return killReceiving(scene, attempt);
    case 'cleaning up':
      return killCleaning(scene, attempt);
    default:
      return killImporting(scene, attempt);
  }
}

async function killReceiving(scene: Scene, { victim, fraction, reference }: Attempt): Promise<boolean> {
  const { file } = reference;
  // From the first piece to the last; the server has begun to write by then.
  const cutAt = Math.floor((0.1 + 0.9 * fraction) * statSync(file).size);
  const partsBefore = unfinishedFiles(scene).length;
  const reached = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  const before = await countDatasets(scene);
  const upload = uploadFile({
    ...scene.server(),
    file,
    fields: FIELDS,
    async *through(bytes: Readable) {
      let sent = 0;
      for await (const chunk of bytes as AsyncIterable<Buffer>) {
        if (sent <= cutAt && sent + chunk.length > cutAt) {
          yield chunk.subarray(0, cutAt - sent);
          reached.resolve();
          await killed.promise;
          yield chunk.subarray(cutAt - sent);
        } else yield chunk;
        sent += chunk.length;
      }
    },
  }).catch(() => undefined);
  await reached.promise;
  await until('the upload arrives', () => unfinishedFiles(scene).length > partsBefore);
  const hit = await scene.kill(victim);
  killed.resolve();
  const answer = await upload;
  await scene.recover();
  if (answer?.status === 202) await finished(scene, answer.body.data.job_id);
  else {
    assert.equal(await countDatasets(scene), before, 'nothing of an upload that failed is there');
    await productApi(scene.server()).imported(file, { allow_duplicate: 'true' });
  }
  await checkAgainst(scene, reference);
  return hit;
}

async function killImporting(scene: Scene, attempt: Attempt): Promise<boolean> {
  const { phase, victim, fraction, reference } = attempt;
  const { status, body } = await uploadFile({ ...scene.server(), file: reference.file, fields: FIELDS });
  assert.equal(status, 202, JSON.stringify(body));
  const jobId: string = body.data.job_id;
  const hold = phase === 'publishing' ? await holdBack(scene, publishLock, isWaiting) : undefined;
  if (phase !== 'publishing') await reaches(scene, jobId, phase);
  // While the publish lock is held the job stands still; afterwards it has some milliseconds left.
  if (hold && fraction < 0.5) await hold.release();
  await delay(phase === 'publishing' ? fraction * 10 : fraction * 250);
  const before = await jobState(scene, jobId);
  const hit = before.status === 'running' && (await scene.kill(victim));
  await hold?.release();
  await scene.recover();
  const after = await finished(scene, jobId);
  await checkAgainst(scene, reference);
  return hit && after.token > before.token;
}

/** What an earlier import left is purged; the kill comes while a row of it cannot be deleted yet, or at any time. */
async function killCleaning(scene: Scene, { victim, fraction, reference }: Attempt): Promise<boolean> {
  const { id: spare } = await productApi(scene.server()).imported(reference.file, {
    allow_duplicate: 'true',
  });
  const { id: kept } = await productApi(scene.server()).imported(reference.file, { allow_duplicate: 'true' });
  await productApi(scene.server()).send('DELETE', `/v1/datasets/${spare}`);
  const rows = heldRows(spare);
  const held = rows[Math.floor(fraction * rows.length)] as Sql;
  const hold = await holdBack(
    scene,
    held,
    async () => true,
    async (db) => {
      await db.run(
        'age',
        sql`UPDATE datasets SET deleted_at = now() - interval '31 days' WHERE id = ${spare}`,
      );
    },
  );
  const jobId = await scene.ask((db) =>
    enqueueJob(db, { type: 'maintain_names', payload: {}, createdBy: null }),
  );
  await until('clean-up waits', () => scene.ask(isWaiting), FINISHED_WITHIN_MS);
  const before = await jobState(scene, jobId);
  const hit = await scene.kill(victim);
  await hold.release();
  await scene.recover();
  const after = await finished(scene, jobId);
  assert.equal((await productApi(scene.server()).send('GET', `/v1/datasets/${spare}`)).status, 404);
  assert.equal((await productApi(scene.server()).get(`/v1/datasets/${kept}`)).data.published, true);
  await checkAgainst(scene, reference);
  return hit && after.token > before.token;
}

export const publishLock = sql`
  SELECT FROM data_versions WHERE country_no = (SELECT no FROM countries WHERE code = 'US') FOR UPDATE`;

/** Rows of a dataset in the order in which a purge comes to them. */
function heldRows(datasetId: string): Sql[] {
  const release = sql`(SELECT release_no FROM datasets WHERE id = ${datasetId})`;
  const report = sql`(SELECT report_no FROM datasets WHERE id = ${datasetId})`;
  return [
    sql`SELECT FROM ranking_pages WHERE release_no = ${release} ORDER BY ctid DESC LIMIT 1 FOR UPDATE`,
    sql`SELECT FROM name_series WHERE release_no = ${release} ORDER BY ctid DESC LIMIT 1 FOR UPDATE`,
    sql`SELECT FROM releases WHERE no = ${release} FOR UPDATE`,
    sql`SELECT FROM record_errors WHERE report_no = ${report} ORDER BY seq DESC LIMIT 1 FOR UPDATE`,
    sql`SELECT FROM reports WHERE no = ${report} FOR UPDATE`,
  ];
}

export interface Hold {
  release(): Promise<void>;
}

/** Locks rows from outside until released, or until the server dies. */
export async function holdBack(
  scene: Scene,
  lock: Sql,
  isReached: (db: Pool) => Promise<boolean>,
  first?: (db: Pool) => Promise<void>,
): Promise<Hold> {
  const locked = Promise.withResolvers<void>();
  const ending = Promise.withResolvers<void>();
  const holding = scene.ask(async (db) => {
    await first?.(db);
    await db
      .transaction(async (tx: Session) => {
        await tx.run('hold', lock);
        locked.resolve();
        await ending.promise;
      })
      // A server that was killed has let go.
      .catch(() => undefined);
  });
  const release = async (): Promise<void> => {
    ending.resolve();
    await holding;
  };
  await locked.promise;
  try {
    await until('held back', () => scene.ask(isReached), FINISHED_WITHIN_MS);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

/** Whether a job waits for a row. */
export async function isWaiting(db: Pool): Promise<boolean> {
  const row = await db.maybeOne(
    'waiting',
    sql`SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'job %' AND wait_event_type = 'Lock'`,
  );
  return row !== undefined;
}

/** Waits for the start of a phase: reading begins with the claim, loading with the row of the release. */
export function reaches(scene: Scene, jobId: string, phase: Phase): Promise<unknown> {
  return until(
    `job ${phase}`,
    () =>
      scene.ask(async (db) => {
        const row = await db.maybeOne<{ status: string; releases: number }>(
          'phase',
          sql`SELECT status, (SELECT count(*)::int FROM releases WHERE job_id = ${jobId}) AS releases
              FROM jobs WHERE id = ${jobId}`,
        );
        return row?.status !== 'queued' && (phase === 'parsing' || (row?.releases ?? 0) > 0);
      }),
    FINISHED_WITHIN_MS,
  );
}
