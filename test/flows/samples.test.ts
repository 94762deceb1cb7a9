import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { findJob } from '#engine/jobs/jobs.query.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { queueSample } from '#products/names/index.ts';
import { testDatabase } from '#test/support/database.ts';

test('an untouched database gets the sample once, behind everything else, from the system', async (t) => {
  const { pool, queue, storedFiles } = await scene(t);
  const jobId = await queue();
  assert.ok(jobId);
  const job = await findJob(pool, jobId);
  assert.deepEqual([job?.type, job?.status, job?.created_by], ['parse_dataset', 'queued', null]);
  assert.ok((job?.priority ?? 0) < 0);
  assert.equal(await queue(), jobId, 'a second start finds the first one pending');
  assert.equal(storedFiles(), 1);
});

test('it does not come back once it is loaded, deleted, or purged', async (t) => {
  const { pool, queue } = await scene(t);
  await queue();
  await pool.run('test', sql`UPDATE datasets SET status = 'completed'`);
  assert.equal(await queue(), undefined);
  await pool.run('test', sql`UPDATE datasets SET deleted_at = now()`);
  assert.equal(await queue(), undefined);
  await pool.run(
    'test',
    sql`
    INSERT INTO releases (country_no, dataset_id, kind, measure)
    SELECT c.no, d.id, 'dataset', 'births' FROM datasets d JOIN countries c ON c.id = d.country_id`,
  );
  await pool.run('test', sql`DELETE FROM datasets`);
  assert.equal(await queue(), undefined);
});

async function scene(
  t: TestContext,
): Promise<{ pool: Pool; queue: () => Promise<string | undefined>; storedFiles: () => number }> {
  const { pool } = await testDatabase(t);
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-sample-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'yob2020.txt');
  writeFileSync(file, 'Emma,F,20\nLiam,M,30\n');
  const files = createLocalFileStore(join(folder, 'files'));
  return {
    pool,
    queue: () => queueSample({ pool, files, limits: DEFAULT_LIMITS }, file),
    storedFiles: () => readdirSync(join(folder, 'files/datasets')).length,
  };
}
