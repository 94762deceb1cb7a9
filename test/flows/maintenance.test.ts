import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type NewJob, enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { enqueueJobOnce } from '#engine/jobs/enqueue-once.query.ts';
import { startSchedule } from '#engine/jobs/schedule.ts';
import { newId } from '#platform/ids.ts';
import { sql } from '#platform/postgres/sql.ts';
import { NAMES_MAINTENANCE } from '#products/names/maintenance/index.ts';
import { deleteRowsInBlocks, findBlocks } from '#products/names/maintenance/removal.query.ts';
import { requestFold } from '#products/names/maintenance/request-fold.ts';
import { testDatabase } from '#test/support/database.ts';
import { silent, until } from '../faults/jobs-support.ts';
import { namesScene } from './names-scene.ts';

const scene = await namesScene();
const { pool, files } = scene;

function rowsOf(table: string, releaseNo: number): Promise<number> {
  return scene.countRows(`${table} WHERE release_no = ${releaseNo}`);
}

/** Some pages and series under the number of a release. */
async function fill(releaseNo: number): Promise<void> {
  await pool.run(
    'fill pages',
    sql`
      INSERT INTO ranking_pages (area_no, release_no, from_year, to_year, page, gender, names, counts)
      SELECT 1, ${releaseNo}, 1900, 1900, page, 'F', array_agg(n), array_agg(n)
      FROM generate_series(0, 9) AS page, generate_series(1, 480) AS n GROUP BY page`,
  );
  await pool.run(
    'fill series',
    sql`
      INSERT INTO name_series (area_no, name_no, release_no, gender, years, counts)
      SELECT 1, n, ${releaseNo}, 'F', '{1900}', '{5}' FROM generate_series(1, 500) AS n`,
  );
}

async function buildingRelease(jobId: string, token: number): Promise<number> {
  const row = await pool.maybeOne<{ no: number }>(
    'building',
    sql`
      INSERT INTO releases (country_no, kind, measure, job_id, job_token)
      SELECT no, 'dataset', 'births', ${jobId}, ${token} FROM countries WHERE code = 'US' RETURNING no`,
  );
  const { no } = row as { no: number };
  await fill(no);
  return no;
}

test('what dead attempts left is removed, what a living one writes is not', async () => {
  const jobId = newId();
  await pool.run(
    'a job of another worker',
    sql`
      INSERT INTO jobs (id, type, status, attempts, locked_by, locked_at, lease_expires_at, lease_token)
      VALUES (${jobId}, 'elsewhere', 'running', 1, 'other:1:1', now(), now() + interval '1 hour', 2)`,
  );
  const living = await buildingRelease(jobId, 2);
  const dead = [await buildingRelease(jobId, 1), await buildingRelease(newId(), 1)];
  // A removal that was cut off after its first piece.
  const range = await findBlocks(pool, 'ranking_pages', dead[0] as number);
  assert.ok(range && range.last > range.first);
  await pool.transaction((tx) =>
    deleteRowsInBlocks(tx, 'ranking_pages', dead[0] as number, { ...range, last: range.first }),
  );
  const left = await rowsOf('ranking_pages', dead[0] as number);
  assert.ok(left > 0 && left < 10, `${left} of 10 pages are left`);

  const result = await scene.run('maintain_names');
  assert.equal(result.abandoned_releases, 2);
  for (const no of dead) {
    assert.equal(await rowsOf('ranking_pages', no), 0);
    assert.equal(await rowsOf('name_series', no), 0);
    assert.equal(await scene.countRows(`releases WHERE no = ${no}`), 0);
  }
  assert.equal(await rowsOf('ranking_pages', living), 10);
  assert.equal(await rowsOf('name_series', living), 500);

  await pool.run('it ends', sql`DELETE FROM jobs WHERE id = ${jobId}`);
  assert.equal((await scene.run('maintain_names')).abandoned_releases, 1);
  assert.equal(await rowsOf('ranking_pages', living), 0);
});

test('a replaced reading goes an hour later with its report; a superseded dataset stays', async () => {
  const old = await scene.upload({ 1950: 'Mary,F,10\nX1\n', 1951: 'Mary,F,11\n' });
  const fresh = await scene.upload({ 1950: 'Mary,F,12\n', 1951: 'Mary,F,13\n' });
  await scene.reprocess(fresh.id);
  assert.equal((await scene.run('maintain_names')).retired_releases, 0);
  await pool.run('50 minutes', sql`UPDATE releases SET retired_at = retired_at - interval '50 minutes'`);
  assert.equal((await scene.run('maintain_names')).retired_releases, 0);

  await pool.run('2 hours', sql`UPDATE releases SET retired_at = retired_at - interval '2 hours'`);
  await pool.run('2 hours', sql`UPDATE releases SET created_at = created_at - interval '2 days'`);
  await pool.run('2 hours', sql`UPDATE jobs SET completed_at = completed_at - interval '2 hours'`);
  const result = await scene.run('maintain_names');
  assert.equal(result.retired_releases, 1);
  assert.equal(result.unused_reports, 1);
  const now = await scene.dataset(fresh.id);
  assert.equal(await rowsOf('ranking_pages', fresh.release_no as number), 0);
  assert.notEqual(now.release_no, fresh.release_no);
  assert.deepEqual(await scene.trend('Mary', 'F'), { 1950: 12, 1951: 13 });
  assert.equal(await scene.countRows(`reports WHERE no IN (${now.report_no}, ${old.report_no})`), 2);
  assert.equal(await scene.countRows(`record_errors WHERE report_no = ${old.report_no}`), 2, 'gender, count');

  await scene.publish(old.id);
  assert.deepEqual(await scene.trend('Mary', 'F'), { 1950: 10, 1951: 11 });
  await scene.delete(old.id);
  await scene.delete(fresh.id);
});

test('a deleted dataset can be restored for 30 days, then it goes with all that belongs to it', async () => {
  const dataset = await scene.upload({ 1960: 'Mary,F,10\nX1\n', 1961: 'Mary,F,11\n' });
  const other = await scene.upload({ 1962: 'Mary,F,10\n' });
  const amending = await scene.upload({ 1963: 'Mary,F,10\n' });
  await pool.run('amends', sql`UPDATE datasets SET amends = ${dataset.id} WHERE id = ${amending.id}`);
  await scene.delete(dataset.id);
  const age = (days: number): Promise<number> =>
    pool.run(
      'age',
      sql`UPDATE datasets SET deleted_at = now() - ${days} * interval '1 day' WHERE id = ${dataset.id}`,
    );

  await age(29.9);
  await scene.run('maintain_names');
  await scene.restore(dataset.id);
  assert.equal((await scene.trend('Mary', 'F'))[1960], 10);
  await scene.delete(dataset.id);

  await age(30.1);
  const purged = async (): Promise<number> => (await scene.run('maintain_names')).purged_datasets;
  await assert.rejects(scene.restore(dataset.id), { code: 'restore_expired' });
  assert.equal(await purged(), 0, 'another dataset is made of its rows too');
  await pool.run('amends', sql`UPDATE datasets SET amends = NULL WHERE id = ${amending.id}`);
  await pool.run('busy', sql`INSERT INTO jobs (type, dataset_id) VALUES ('elsewhere', ${dataset.id})`);
  assert.equal(await purged(), 0, 'a job is to work on it');
  await pool.run('busy', sql`DELETE FROM jobs WHERE type = 'elsewhere'`);

  await files.delete(dataset.file_path); // As far as an earlier run may have come.
  assert.equal(await purged(), 1);
  await assert.rejects(scene.dataset(dataset.id));
  for (const [table, condition] of Object.entries({
    releases: `dataset_id = '${dataset.id}'`,
    release_slices: `release_no = ${dataset.release_no}`,
    ranking_pages: `release_no = ${dataset.release_no}`,
    name_series: `release_no = ${dataset.release_no}`,
    reports: `no = ${dataset.report_no}`,
    record_errors: `report_no = ${dataset.report_no}`,
    jobs: `id = '${dataset.job_id}'`,
  })) {
    assert.equal(await scene.countRows(`${table} WHERE ${condition}`), 0, table);
  }
  assert.equal(await files.size(other.file_path), other.file_size);
  assert.equal((await scene.trend('Mary', 'F'))[1962], 10);
  await scene.delete(other.id);
  await scene.delete(amending.id);
});

test('a purge that fails half way is repeated', async () => {
  const dataset = await scene.upload({ 1970: 'Mary,F,10\nAnna,F,9\n', 1971: 'Mary,F,11\n' });
  await scene.delete(dataset.id);
  await pool.run(
    'age',
    sql`UPDATE datasets SET deleted_at = now() - interval '31 days' WHERE id = ${dataset.id}`,
  );
  await pool.run('obstacle', sql`CREATE TABLE obstacle (id uuid REFERENCES datasets)`);
  await pool.run('obstacle', sql`INSERT INTO obstacle VALUES (${dataset.id})`);
  const jobId = await enqueueJob(pool, { type: 'maintain_names', payload: {}, createdBy: null });
  await until('the attempt fails', async () => {
    const job = await pool.maybeOne(
      'job',
      sql`SELECT FROM jobs WHERE id = ${jobId} AND last_error IS NOT NULL`,
    );
    return job !== undefined;
  });
  assert.equal(await files.size(dataset.file_path), undefined);
  await scene.dataset(dataset.id);

  await pool.run('obstacle', sql`DROP TABLE obstacle`);
  await scene.run('maintain_names');
  await assert.rejects(scene.dataset(dataset.id));
  await pool.run('the failed one', sql`DELETE FROM jobs WHERE id = ${jobId}`);
});

test('files that no dataset names go after a day', async () => {
  const dataset = await scene.upload({ 1980: 'Mary,F,10\n' });
  const write = async (hours: number): Promise<string> => {
    const key = `datasets/${newId()}/original`;
    await files.write(key, Readable.from([Buffer.from('Mary,F,10\n')]));
    await age(key, hours);
    return key;
  };
  const age = async (key: string, hours: number): Promise<void> => {
    const at = new Date(Date.now() - hours * 3_600_000);
    await utimes(join(scene.filesFolder, key), at, at);
  };
  const old = await write(25);
  const young = await write(23);
  await age(dataset.file_path, 1000);
  assert.equal((await scene.run('maintain_names')).files, 1);
  assert.equal(await files.size(old), undefined);
  assert.equal(await files.size(young), 10);
  assert.equal(await files.size(dataset.file_path), 10);
  await scene.delete(dataset.id);
});

test('a fold stays as long as a slice uses it, an hour more, and not longer', async () => {
  const one = await scene.upload({ 1990: 'Mary,F,10\n' });
  const two = await scene.upload({ 1991: 'Mary,F,10\n' });
  await scene.folded();
  const [pointer] = (await scene.pointers()).filter(({ year }) => year === 1990);
  const fold = pointer?.series_release_no as number;
  const anHourLater = sql`UPDATE releases SET retired_at = retired_at - interval '2 hours' WHERE no = ${fold}`;
  await pool.run('2 hours', anHourLater);
  await scene.run('maintain_names');
  assert.equal(await rowsOf('name_series', fold), 1);

  await scene.delete(one.id);
  await scene.folded();
  await scene.delete(two.id);
  await scene.folded();
  await scene.run('maintain_names');
  assert.equal(await rowsOf('name_series', fold), 1, 'a question that began before may still read it');
  await pool.run('2 hours', anHourLater);
  await scene.run('maintain_names');
  assert.equal(await rowsOf('name_series', fold), 0);
  assert.equal(await scene.countRows(`releases WHERE no = ${fold}`), 0);
});

test('however many processes ask, one job waits or runs; an interval later comes the next', async (t) => {
  const db = await testDatabase(t);
  const schedules = Array.from({ length: 8 }, () =>
    startSchedule({ pool: db.pool, jobs: [NAMES_MAINTENANCE], log: silent }),
  );
  const count = async (): Promise<number> =>
    (await db.pool.many('jobs', sql`SELECT FROM jobs WHERE type = 'maintain_names' AND priority < 0`)).length;
  await until('one is queued', async () => (await count()) > 0);
  await Promise.all(schedules.map((schedule) => schedule.stop()));
  assert.equal(await count(), 1);

  const job: NewJob = { ...NAMES_MAINTENANCE, createdBy: null };
  const ask = (quietMs: number, wanted = job): Promise<string | undefined> =>
    db.pool.transaction((tx) => enqueueJobOnce(tx, wanted, { quietMs }));
  assert.equal(await ask(0), undefined, 'it waits');
  assert.ok(await ask(0, { ...job, payload: { other: 1 } }), 'another payload is another job');
  await db.pool.run('it ran', sql`UPDATE jobs SET status = 'completed', completed_at = now()`);
  assert.equal(await ask(60_000), undefined, 'it ran lately');
  await db.pool.run('time', sql`UPDATE jobs SET created_at = created_at - interval '2 minutes'`);
  assert.ok(await ask(60_000));
});

test('folds of a country wait for what is published next, and are one job', async (t) => {
  const db = await testDatabase(t);
  await db.pool.run(
    'two years',
    sql`
      WITH r AS (INSERT INTO releases (country_no, kind, measure, state) VALUES (1, 'dataset', 'births', 'published') RETURNING no),
           f AS (INSERT INTO release_slices (release_no, area_no, gender, from_year, to_year, file, rows_read, sum_read, rows,
                                             sum, has_series, hist_counts, hist_freqs)
                 SELECT no, 1, 'F', year, year, '', 1, 5, 1, 5, false, '{5}', '{1}' FROM r, generate_series(2001, 2002) year)
      INSERT INTO slices (area_no, measure, gender, from_year, to_year, release_no)
      SELECT 1, 'births', 'F', year, year, no FROM r, generate_series(2001, 2002) AS year`,
  );
  for (let publish = 0; publish < 3; publish++) await db.pool.transaction((tx) => requestFold(tx, 1));
  const jobs = await db.pool.many<{ waits: boolean }>(
    'jobs',
    sql`SELECT next_retry_at > now() + interval '20 seconds' AS waits FROM jobs`,
  );
  assert.deepEqual(jobs, [{ waits: true }]);
  await db.pool.transaction((tx) => requestFold(tx, 2));
  assert.equal((await db.pool.many('jobs', sql`SELECT FROM jobs`)).length, 1, 'nothing to fold there');
});
