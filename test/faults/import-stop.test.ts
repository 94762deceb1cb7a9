import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { writeStatesFile } from './import-files.ts';
import { checkAgainst, finished, jobState, makeReference, type Reference } from './import-checks.ts';
import { holdBack, isWaiting, publishLock, reaches } from './import-kills.ts';
import { type Scene, startApart } from './import-scene.ts';
import { until } from './jobs-support.ts';

const MOMENTS = ['parsing', 'loading', 'publishing'] as const;
const NOTICED = 'job stopped: it was ended or taken over by somebody else';

/** Stops the worker in the middle, has another take over and complete, then lets the first go on. */
async function stopInTheMiddle(
  scene: Scene,
  moment: (typeof MOMENTS)[number],
  reference: Reference,
): Promise<void> {
  const hold = moment === 'publishing' ? await holdBack(scene, publishLock, async () => true) : undefined;
  const fields = { country_id: 'US', allow_duplicate: 'true' };
  const { status, body } = await uploadFile({ ...scene.server(), file: reference.file, fields });
  assert.equal(status, 202, JSON.stringify(body));
  const jobId: string = body.data.job_id;
  if (hold) await until('publishing', () => scene.ask(isWaiting));
  else await reaches(scene, jobId, moment);

  const worker = scene.worker();
  const noticedBefore = noticed(worker.output());
  process.kill(worker.pid, 'SIGSTOP');
  const before = await jobState(scene, jobId);
  assert.equal(before.status, 'running', 'stopped in the middle');
  await hold?.release();
  const other = await scene.startWorker();
  try {
    const after = await finished(scene, jobId);
    assert.ok(after.token > before.token);
    const written = await rowCounts(scene);
    process.kill(worker.pid, 'SIGCONT');
    await until('the stopped worker notices', () => noticed(worker.output()) > noticedBefore, 20_000);
    assert.deepEqual(await rowCounts(scene), written, 'it wrote nothing');
    assert.equal((await jobState(scene, jobId)).lost, 1, 'the lost lease is counted');
    await checkAgainst(scene, reference);
  } finally {
    process.kill(worker.pid, 'SIGCONT');
    await other.stop();
  }
}

function noticed(output: string): number {
  return output.split(NOTICED).length;
}

async function rowCounts(scene: Scene): Promise<object> {
  const counts = await scene.ask((db) =>
    db.maybeOne<object>(
      'row counts',
      sql`
        SELECT (SELECT count(*) FROM ranking_pages) AS pages, (SELECT count(*) FROM name_series) AS series,
               (SELECT count(*) FROM release_slices) AS slices, (SELECT count(*) FROM releases) AS releases,
               (SELECT count(*) FROM reports) AS reports, (SELECT count(*) FROM record_errors) AS errors,
               (SELECT count(*) FROM name_spellings) AS spellings, (SELECT max(version) FROM data_versions) AS version`,
    ),
  );
  return counts ?? {};
}

test('a worker that was stopped past its lease and goes on writes nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-stops-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = [1, 2].map((number) => join(folder, `states-${number}.csv`));
  for (const [at, file] of files.entries()) await writeStatesFile(file, at + 1);
  const scene = await startApart();
  t.after(() => scene.stop());
  const references: Reference[] = [];
  for (const file of files) references.push(await makeReference(scene, file));
  for (const [at, moment] of MOMENTS.entries()) {
    await t.test(`in ${moment}`, () => stopInTheMiddle(scene, moment, references[at % 2] as Reference));
  }
});
