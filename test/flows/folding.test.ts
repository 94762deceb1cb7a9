import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobDefinition } from '#engine/jobs/define-job.ts';
import { lockCountry } from '#products/names/catalog/publish.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { until } from '../faults/jobs-support.ts';
import { namesScene } from './names-scene.ts';

/** Folds begin only while this is open. */
let gate = Promise.withResolvers<void>();

const scene = await namesScene((jobs) => jobs.map((job) => (job.type === 'fold_series' ? gated(job) : job)));

function gated(job: JobDefinition): JobDefinition {
  return {
    ...job,
    async run(payload, context) {
      await gate.promise;
      return job.run(payload, context);
    },
  };
}

async function waitingForLocks(): Promise<number> {
  const rows = await scene.pool.many(
    'waiting',
    sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows.length;
}

test('one year alone is not folded: its page is smaller than its series', async () => {
  await scene.upload({ 2001: 'Mary,F,10\nAnna,F,7\nJohn,M,9\n' });
  assert.equal(await scene.countRows("jobs WHERE type = 'fold_series'"), 0);
  assert.equal(await scene.countRows('name_series'), 0);
});

test('several releases of one year are folded into series by themselves; answers are the same before and after', async () => {
  await scene.upload({ 2002: 'Mary,F,12\nJohn,M,8\n' });
  await scene.upload({ 2003: 'Anna,F,6\nMARY,F,5\nJohn,M,7\n' });
  const names = ['Mary', 'Anna', 'John', 'Nobody'];
  const ask = async (): Promise<object[]> =>
    Promise.all(names.flatMap((name) => (['F', 'M'] as const).map((gender) => scene.trend(name, gender))));
  const before = await ask();
  assert.deepEqual(before[0], { 2001: 10, 2002: 12, 2003: 5 });
  assert.ok((await scene.pointers()).every(({ series_release_no }) => series_release_no === null));
  assert.equal(await scene.countRows("jobs WHERE type = 'fold_series'"), 1, 'two publishes, one fold');

  gate.resolve();
  await scene.folded();
  const pointers = await scene.pointers();
  const folds = new Set(pointers.map(({ series_release_no }) => series_release_no));
  assert.equal(folds.size, 1);
  assert.ok(!folds.has(null));
  assert.deepEqual(await ask(), before);
  assert.equal(await scene.countRows('name_series'), 4, 'Mary, MARY, Anna, John');
});

test('a slice that is superseded while a fold is written keeps its new numbers', async () => {
  gate = Promise.withResolvers();
  const first = await scene.upload({ 2004: 'Mary,F,30\nJohn,M,7\n' });
  await scene.upload({ 2004: 'Mary,F,33\nJohn,M,8\n' });
  assert.equal((await scene.trend('Mary', 'F'))[2004], 33);

  const released = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = scene.pool.transaction(async (tx) => {
    await lockCountry(tx, first.country_no);
    locked.resolve();
    await released.promise;
  });
  await locked.promise;
  const publishing = scene.publish(first.id);
  await until('the publish waits', async () => (await waitingForLocks()) === 1);
  gate.resolve();
  await until('the fold waits behind it', async () => (await waitingForLocks()) === 2);
  assert.deepEqual(await scene.trend('Mary', 'F'), { 2001: 10, 2002: 12, 2003: 5, 2004: 33 });
  released.resolve();
  await Promise.all([holding, publishing]);

  assert.deepEqual(await scene.trend('Mary', 'F'), { 2001: 10, 2002: 12, 2003: 5, 2004: 30 });
  await scene.folded();
  assert.deepEqual(await scene.trend('Mary', 'F'), { 2001: 10, 2002: 12, 2003: 5, 2004: 30 });
  const folds = new Set((await scene.pointers()).map(({ series_release_no }) => series_release_no));
  assert.equal(folds.size, 1, 'what was published during the fold is folded too');
  assert.equal(
    await scene.countRows("releases WHERE kind = 'folded' AND state = 'published'"),
    1,
    'folds that nothing uses are retired',
  );
});

test('a year that a release of several years supplies leaves the fold, and comes back', async () => {
  const both = await scene.upload({
    2003: 'Anna,F,60\nMary,F,50\nJohn,M,70\n',
    2004: 'Mary,F,35\nJohn,M,9\n',
  });
  await scene.folded();
  assert.deepEqual(await scene.trend('Mary', 'F'), { 2001: 10, 2002: 12, 2003: 50, 2004: 35 });
  await scene.delete(both.id);
  assert.deepEqual(await scene.trend('Mary', 'F'), { 2001: 10, 2002: 12, 2003: 5, 2004: 30 });
  await scene.folded();
  assert.deepEqual(await scene.trend('Mary', 'F'), { 2001: 10, 2002: 12, 2003: 5, 2004: 30 });
  assert.ok((await scene.pointers()).every(({ series_release_no }) => series_release_no !== null));
});

test('a fold that was lost is asked for again by the maintenance', async () => {
  await scene.pool.run('forget', sql`UPDATE slices SET series_release_no = NULL`);
  const result = await scene.run('maintain_names');
  assert.equal(result.folds_requested, 1);
  await scene.folded();
  assert.ok((await scene.pointers()).every(({ series_release_no }) => series_release_no !== null));
  assert.deepEqual(await scene.trend('Mary', 'F'), { 2001: 10, 2002: 12, 2003: 5, 2004: 30 });
});
