import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { createStaging } from '#engine/imports/stage-create.query.ts';
import { maintainImportsJob } from '#engine/imports/maintain-imports.job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { newId } from '#platform/ids.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobRow, startTestWorker, until } from '../faults/jobs-support.ts';

const HOUR_MS = 3_600_000;

const db = await testDatabase();
const folder = await mkdtemp(join(tmpdir(), 'affirm-import-files-'));
const files = createLocalFileStore(folder);
const worker = await startTestWorker(db, [maintainImportsJob({ pool: db.pool, files, fileMs: HOUR_MS })]);
after(async () => {
  await worker.stop();
  await rm(folder, { recursive: true, force: true });
});

/** An import with three files in the store, two hours old. */
async function importWithFiles(
  status: string,
  { deleted = false }: { readonly deleted?: boolean } = {},
): Promise<string> {
  const id = newId();
  await db.pool.run(
    'insert import',
    sql`
      INSERT INTO import_jobs (id, resource_type, status, file_key, file_deleted_at)
      VALUES (${id}, 'users', ${status}, ${`imports/${id}/original`}, CASE WHEN ${deleted} THEN now() END)`,
  );
  await store(id, ['original', 'rejects', 'fetched-7']);
  return id;
}

async function importNo(id: string): Promise<number> {
  const row = await db.pool.maybeOne<{ no: number }>('no', sql`SELECT no FROM import_jobs WHERE id = ${id}`);
  return (row as { no: number }).no;
}

/** The job, once it has ended. */
async function maintained(): Promise<Awaited<ReturnType<typeof jobRow>>> {
  const id = await enqueueJob(db.pool, { type: 'maintain_imports', payload: {}, createdBy: null });
  return until('the job ends', async () => {
    const row = await jobRow(db.pool, id);
    return row.status === 'completed' && row;
  });
}

async function store(id: string, names: readonly string[], age = 2 * HOUR_MS): Promise<void> {
  const then = new Date(Date.now() - age);
  for (const name of names) {
    await files.write(`imports/${id}/${name}`, Readable.from([Buffer.from('bytes')]));
    await utimes(join(folder, 'imports', id, name), then, then);
  }
}

async function filesOf(id: string): Promise<string[]> {
  const names = await readdir(join(folder, 'imports', id)).catch((): string[] => []);
  return names.sort((a, b) => (a < b ? -1 : 1));
}

test('staging tables of an ended import go, those of one at work stay', async () => {
  const ended = await importNo(await importWithFiles('canceled'));
  const running = await importNo(await importWithFiles('processing'));
  for (const no of [ended, running]) {
    await createStaging(db.pool, [
      { table: `staging.i${no}_1`, columns: [{ name: 'record', type: 'bigint' }] },
    ]);
  }
  const { result } = await maintained();
  assert.deepEqual(result, { stages: 1, files: 1 });
  const left = await db.pool.many<{ name: string }>(
    'stages',
    sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'staging'`,
  );
  assert.deepEqual(left, [{ name: `i${running}_1` }]);
});

test('files that no import needs are deleted after their time, all others stay', async () => {
  const completed = await importWithFiles('completed');
  const secret = await importWithFiles('completed', { deleted: true });
  const running = await importWithFiles('processing');
  const [nobodys, fresh] = [newId(), newId()];
  await store(nobodys, ['original']);
  await store(fresh, ['original'], 0);

  const { result } = await maintained();
  assert.deepEqual(result, { stages: 0, files: 4 });
  assert.deepEqual(await filesOf(completed), ['original', 'rejects']);
  assert.deepEqual(await filesOf(secret), ['rejects']);
  assert.deepEqual(await filesOf(running), ['fetched-7', 'original', 'rejects']);
  assert.deepEqual(await filesOf(nobodys), []);
  assert.deepEqual(await filesOf(fresh), ['original']);
});
