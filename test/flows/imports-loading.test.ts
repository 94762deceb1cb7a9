import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findImport } from '#engine/imports/import-job.query.ts';
import { jobDefinitions } from '#engine/jobs/define-job.ts';
import { cancelJob, pauseJob, resumePausedJob, retryJobByHand } from '#engine/jobs/job-commands.ts';
import { AppError } from '#platform/errors.ts';
import { sql } from '#platform/postgres/sql.ts';
import { jobReaches, until } from '../faults/jobs-support.ts';
import { raceWith, stopAt, withTrigger } from './imports-disturbed.ts';
import { countsOf, importsScene, stagesLeft } from './imports-scene.ts';

const scene = await importsScene(3);
const { pool, load } = scene;
await scene.worker();

const HEADER = 'id,email,username,bio\n';
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const user = (n: number, bio = ''): string => `${id(n)},u${n}@x.org,u${n},${bio}\n`;

test.beforeEach(() => pool.run('clear', sql`TRUNCATE users, tags CASCADE`));

test('rows are created in the order of the file, by batches smaller than it', async () => {
  const { row } = await load(HEADER + [9, 3, 7, 1, 8, 2, 6].map((n) => user(n)).join(''));
  assert.equal(row.status, 'completed');
  assert.deepEqual(countsOf(row), [7, 0, 0, 0, 0, 0]);
  assert.deepEqual(await names(), ['u9', 'u3', 'u7', 'u1', 'u8', 'u2', 'u6']);
  assert.equal(await stagesLeft(pool), 0);
});

test('the first of a file wins, also when it was refused itself, and every clash is told', async () => {
  const rows = [user(1), `${id(2)},U1@x.org,u1,\n`, `bad,u3@x.org,u3,\n`, user(3), user(4)];
  const { row, told, errors } = await load(HEADER + rows.join(''));
  assert.deepEqual(told, [
    '3 duplicate_in_file email',
    '3 duplicate_in_file username',
    '4 type_error id',
    '5 duplicate_in_file email',
    '5 duplicate_in_file username',
  ]);
  assert.deepEqual(
    errors.map(({ conflict_with }) => conflict_with),
    ['line 2', 'line 2', null, 'line 4', 'line 4'],
  );
  assert.deepEqual(countsOf(row), [2, 0, 0, 0, 3, 0]);
});

test('on_conflict=error: every column that a stored row has is told, with its id', async () => {
  await load(HEADER + user(1) + user(2));
  const { row, told, errors } = await load(`${HEADER}${id(1)},u2@x.org,new,\n${user(3)}`);
  assert.deepEqual(told, ['2 duplicate_in_target id', '2 duplicate_in_target email']);
  assert.deepEqual(
    errors.map(({ conflict_with }) => conflict_with),
    [id(1), id(2)],
  );
  assert.deepEqual(countsOf(row), [1, 0, 0, 0, 1, 0]);
});

test('on_conflict=skip: what is there stays, others are created', async () => {
  await load(HEADER + user(1, 'old') + user(9));
  const { row, told } = await load(`${HEADER}${user(1, 'new')}${user(2)}${id(3)},u3@x.org,u9,\n`, {
    on_conflict: 'skip',
  });
  assert.deepEqual(told, ['4 duplicate_in_target username']);
  assert.deepEqual(countsOf(row), [1, 0, 0, 1, 1, 0]);
  assert.deepEqual(await bios(), ['old', null, null]);
});

test('on_conflict=update: absent columns stay, empty ones become NULL, quoted ones empty; ids never change', async () => {
  await load(
    HEADER + user(1, 'one') + user(2, 'two') + user(3, 'three') + user(4, 'four') + user(5) + user(9),
  );
  const { row, told } = await load(
    `email,username,id,bio\nu1@x.org,u1,,one\nu2@x.org,u2,,""\nu3@x.org,u3,,\nu4@x.org,u4,${id(9)},x\nu5@x.org,u9,,\nu6@x.org,u6,,\n`,
    { on_conflict: 'update' },
  );
  assert.deepEqual(told, ['5 id_mismatch id', '6 duplicate_in_target username']);
  assert.deepEqual(countsOf(row), [1, 2, 1, 0, 2, 0]);
  assert.deepEqual(await bios(), ['one', '', null, 'four', null, null, null]);
  const kept = await load('email,username\nu1@x.org,renamed\n', { on_conflict: 'update' });
  assert.deepEqual(countsOf(kept.row), [0, 1, 0, 0, 0, 0]);
  assert.equal((await bios())[0], 'one');
});

test('a dry run has the counts and the report of the real one and writes nothing', async () => {
  await load(HEADER + user(1, 'old') + user(2));
  const content = `${HEADER}${user(1, 'new')}${user(2)}${user(3)}bad,u4@x.org,u4,\n`;
  for (const on_conflict of ['update', 'skip', 'error'] as const) {
    const dry = await load(content, { on_conflict, dry_run: true });
    assert.equal(await count(), 2);
    const wet = await load(content, { on_conflict });
    assert.deepEqual(countsOf(dry.row), countsOf(wet.row));
    assert.deepEqual(dry.told, wet.told);
    await pool.run('undo', sql`DELETE FROM users WHERE username = 'u3'`);
    await pool.run('undo', sql`UPDATE users SET bio = 'old' WHERE username = 'u1'`);
  }
});

test('mode=atomic takes all or nothing', async () => {
  const refused = await load(`${HEADER}${user(1)}bad,u2@x.org,u2,\n`, { mode: 'atomic' });
  assert.deepEqual([refused.row.status, refused.row.error_code], ['failed', 'threshold_exceeded']);
  assert.deepEqual(countsOf(refused.row), [0, 0, 0, 0, 1, 1]);
  assert.equal(await count(), 0);
  const taken = await load(HEADER + [1, 2, 3, 4, 5, 6, 7].map((n) => user(n)).join(''), { mode: 'atomic' });
  assert.deepEqual(countsOf(taken.row), [7, 0, 0, 0, 0, 0]);
});

test('thresholds end an import before its first row', async () => {
  const { row } = await load(`${HEADER}${user(1)}bad,u2@x.org,u2,\nbad,u3@x.org,u3,\n`, { max_errors: 1 });
  assert.equal(row.error_code, 'threshold_exceeded');
  assert.equal(await count(), 0);
});

test('lists of articles are kept in their order, and changed where they differ', async () => {
  await load(HEADER + user(1));
  const header = 'slug,title,body,author,tags\n';
  const first = await load(`${header}a,A,B,u1,x|y|z\nb,B,B,u1,\nc,C,C,u1,y\nd,D,D,u1,q\n`, {
    resource: 'articles',
  });
  assert.deepEqual(countsOf(first.row), [4, 0, 0, 0, 0, 0]);
  assert.deepEqual(await tags(), ['a x,y,z', 'b ', 'c y', 'd q']);
  const second = await load(`${header}a,A,B,u1,z|x\nb,B,B,u1,\nc,C,C,u1,\nd,D,D,u1,q\n`, {
    resource: 'articles',
    on_conflict: 'update',
  });
  assert.deepEqual(countsOf(second.row), [0, 2, 2, 0, 0, 0]);
  assert.deepEqual(await tags(), ['a z,x', 'b ', 'c ', 'd q']);
});

test('comments without an id get the next number of their article', async () => {
  await load(HEADER + user(1));
  await load('slug,title,body,author\na,A,B,u1\nb,B,B,u1\n', { resource: 'articles' });
  const header = 'id,article,author,body\n';
  const { row } = await load(`${header}cm_a_7,a,u1,x\n,a,u1,x\n,b,u1,x\n,a,u1,x\n,nowhere,u1,x\n`, {
    resource: 'comments',
  });
  assert.deepEqual(countsOf(row), [4, 0, 0, 0, 1, 0]);
  await load(`article,author,body\na,u1,x\nb,u1,x\n`, { resource: 'comments' });
  const ids = await pool.many<{ id: string }>('ids', sql`SELECT id FROM comments ORDER BY no`);
  assert.deepEqual(
    ids.map((comment) => comment.id),
    ['cm_a_7', 'cm_a_8', 'cm_b_1', 'cm_a_9', 'cm_a_10', 'cm_b_2'],
  );
});

test('rows that appear while the import loads become errors, in their place in the report', async (t) => {
  await raceWith(
    t,
    pool,
    `INSERT INTO users (id, email, username, created_at, updated_at)
    VALUES ('${id(50)}', 'u5@x.org', 'other', now(), now())`,
  );
  const { row, told, errors } = await load(
    `${HEADER}${[1, 2, 3].map((n) => user(n)).join('')}bad,u4@x.org,u4,\n${user(5)}${user(6)}bad,u7@x.org,u7,\n`,
  );
  assert.deepEqual(told, ['5 type_error id', '6 duplicate_in_target email', '8 type_error id']);
  assert.equal(errors[1]?.conflict_with, id(50));
  assert.deepEqual(countsOf(row), [4, 0, 0, 0, 3, 0]);
  const report = await pool.maybeOne<object>(
    'report',
    sql`SELECT records::int, accepted::int, rejected::int, error_count::int FROM reports WHERE no = ${row.report_no}`,
  );
  assert.deepEqual(report, { records: 7, accepted: 4, rejected: 3, error_count: 3 });
  const rejects = await pool.many(
    'rejects',
    sql`SELECT records::int[] AS records FROM import_rejects WHERE import_no = ${row.no}`,
  );
  assert.deepEqual(rejects, [{ records: [4, 5, 7] }]);
});

test('a record that the database cannot store is found among the others', async (t) => {
  await withTrigger(t, pool, `IF NEW.username = 'u5' THEN RAISE EXCEPTION 'not this one'; END IF;`);
  const { row, told } = await load(HEADER + [1, 2, 3, 4, 5, 6, 7, 8].map((n) => user(n)).join(''));
  assert.deepEqual(told, ['6 system_error email']);
  assert.deepEqual(countsOf(row), [7, 0, 0, 0, 1, 0]);
});

test('a canceled import keeps its batches, and says what it did not reach', async (t) => {
  const release = await stopAt(t, pool, 'u8');
  const sent = await scene.send(HEADER + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => user(n)).join(''));
  await until('all but one batch', async () => (await findImport(pool, sent))?.created_count === 7);
  await cancelJob(pool, jobDefinitions(scene.definitions), sent, null);
  // The last batch would pass if its worker had not heard of it yet.
  await jobReaches(pool, sent, 'canceled');
  await release();
  const { row } = await scene.ended(sent);
  assert.equal(row.status, 'canceled');
  assert.deepEqual(countsOf(row), [7, 0, 0, 0, 0, 3]);
  await until('cleaned up', async () => (await stagesLeft(pool)) === 0);
  await retryJobByHand(pool, jobDefinitions(scene.definitions), sent);
  await jobReaches(pool, sent, 'completed');
  assert.deepEqual(countsOf((await scene.ended(sent)).row), [10, 0, 0, 0, 0, 0]);
});

test('a paused import goes on after its last batch', async (t) => {
  const release = await stopAt(t, pool, 'u8');
  const sent = await scene.send(HEADER + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => user(n)).join(''));
  await until('all but one batch', async () => (await findImport(pool, sent))?.created_count === 7);
  await pauseJob(pool, jobDefinitions(scene.definitions), sent);
  await jobReaches(pool, sent, 'paused');
  await release();
  const paused = await findImport(pool, sent);
  assert.deepEqual([paused?.status, paused?.created_count], ['paused', 7]);
  await resumePausedJob(pool, jobDefinitions(scene.definitions), sent);
  const { row } = await scene.ended(sent);
  assert.deepEqual(countsOf(row), [10, 0, 0, 0, 0, 0]);
  assert.deepEqual(await names(), ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9', 'u10']);
});

test('an import waits for the one before it, and fails when that one fails', async () => {
  const first = await scene.send('nothing\n1\n');
  const second = await scene.send(HEADER + user(1), { afterId: first });
  assert.equal((await scene.ended(first)).row.status, 'failed');
  assert.equal((await scene.ended(second)).row.error_code, 'after_not_completed');
});

test('an upload with passwords is gone when its import has ended, its rejects are kept without them', async () => {
  const { row } = await load('email,username,password\na@x.org,a,secret one\nbad,b,secret two\n');
  assert.notEqual(row.file_deleted_at, null);
  assert.equal(await scene.files.size(row.file_key as string), undefined);
  const rejects = await scene.files.read(`imports/${row.id}/rejects`);
  const text = Buffer.concat(await rejects.toArray()).toString();
  assert.match(text, /bad,b\n/);
  assert.doesNotMatch(text, /secret/);
  const failed = await load('email,username,password\nbad,b,secret\n', { mode: 'atomic' });
  await until('removed', async () => (await scene.files.size(failed.row.file_key as string)) === undefined);
  await assert.rejects(
    retryJobByHand(pool, jobDefinitions(scene.definitions), failed.row.id),
    (error: unknown) => error instanceof AppError && error.code === 'upload_removed',
  );
});

async function names(): Promise<string[]> {
  const rows = await pool.many<{ username: string }>('names', sql`SELECT username FROM users ORDER BY no`);
  return rows.map(({ username }) => username);
}

async function bios(): Promise<(string | null)[]> {
  const rows = await pool.many<{ bio: string | null }>('bios', sql`SELECT bio FROM users ORDER BY no`);
  return rows.map(({ bio }) => bio);
}

async function count(): Promise<number> {
  return (await names()).length;
}

async function tags(): Promise<string[]> {
  const rows = await pool.many<{ line: string }>(
    'tags',
    sql`
      SELECT slug || ' ' || coalesce(string_agg(tag, ',' ORDER BY place), '') AS line
      FROM articles a LEFT JOIN article_tags l ON l.article_id = a.id LEFT JOIN tags ON tags.id = l.tag_id
      GROUP BY slug ORDER BY slug`,
  );
  return rows.map(({ line }) => line);
}
