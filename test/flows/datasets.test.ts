import assert from 'node:assert/strict';
import { test } from 'node:test';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { type NamesServer, startNamesServer } from '#test/support/names-server.ts';
import { sql } from '#platform/postgres/sql.ts';

const names = await startNamesServer(await testDatabase());

/** `yob<year>.txt` of a release, one file for each year. */
function release(olivia: Readonly<Record<number, number>>): Buffer {
  return craftZip(
    Object.entries(olivia).map(([year, count]) => ({
      name: `yob${year}.txt`,
      data: `Olivia,F,${count}\nEmma,F,9\nLiam,M,8\n`,
    })),
  );
}

/** What is published for Olivia of a year, by the view that people query. */
async function olivia(year: number): Promise<number | undefined> {
  const row = await names.pool.maybeOne<{ count: number }>(
    'olivia',
    sql`SELECT count FROM names WHERE name = 'Olivia' AND year = ${year}`,
  );
  return row?.count;
}

function act(dataset: { id: string }, command: string, body?: object) {
  return names.request('POST', `/v1/datasets/${dataset.id}/${command}`, body);
}

async function statuses(dataset: { id: string }): Promise<string[]> {
  const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/slices`);
  return [...new Set<string>(body.data.map(({ status }: { status: string }) => status))];
}

test('a later release takes over, its deletion falls back, its restoration takes over again', async () => {
  const first = await names.imported('2023.zip', release({ 2022: 100, 2023: 15270 }));
  assert.equal(await olivia(2023), 15270);
  const second = await names.imported('2025.zip', release({ 2022: 101, 2023: 15329, 2024: 14000 }));
  assert.equal(await olivia(2023), 15329);
  const { body } = await names.request('GET', `/v1/datasets/${first.id}/slices`);
  for (const slice of body.data) {
    assert.deepEqual([slice.status, slice.superseded_by], ['superseded', second.id]);
  }

  const deleted = await names.request('DELETE', `/v1/datasets/${second.id}`);
  assert.equal(deleted.status, 200);
  assert.equal(typeof deleted.body.data.deleted_at, 'string');
  assert.equal(deleted.body.data.published, false);
  assert.deepEqual([await olivia(2022), await olivia(2023), await olivia(2024)], [100, 15270, undefined]);
  assert.deepEqual(await statuses(second), ['deleted']);
  assert.equal((await act(second, 'publish')).body.error.code, 'dataset_deleted');
  assert.equal((await act(second, 'reprocess')).body.error.code, 'dataset_deleted');

  assert.equal((await act(second, 'restore')).status, 200);
  assert.deepEqual([await olivia(2022), await olivia(2023), await olivia(2024)], [101, 15329, 14000]);
  await names.request('DELETE', `/v1/datasets/${second.id}`);
  await names.request('DELETE', `/v1/datasets/${first.id}`);
  assert.deepEqual([await olivia(2022), await olivia(2023)], [undefined, undefined]);
});

test('after 30 days nothing can be restored', async () => {
  const dataset = await names.imported('yob1801.txt', 'Olivia,F,5\n');
  await names.request('DELETE', `/v1/datasets/${dataset.id}`);
  await names.pool.run(
    'age',
    sql`UPDATE datasets SET deleted_at = now() - interval '31 days' WHERE id = ${dataset.id}`,
  );
  const { status, body } = await act(dataset, 'restore');
  assert.deepEqual([status, body.error.code], [410, 'restore_expired']);
});

test('an older edition waits until it is published by hand', async () => {
  const newer = await names.imported('2015.zip', release({ 2013: 50, 2014: 60, 2015: 70 }));
  const older = await names.imported('2014.zip', release({ 2013: 51, 2014: 61 }));
  assert.deepEqual([older.status, older.published, older.edition], ['completed', false, '2014']);
  assert.equal(older.warnings[0].code, 'older_edition');
  assert.deepEqual(await statuses(older), ['waiting']);
  assert.equal(await olivia(2014), 60);

  const published = await act(older, 'publish');
  assert.equal(published.status, 200);
  assert.deepEqual([published.body.data.published, published.body.data.warnings], [true, []]);
  assert.deepEqual([await olivia(2013), await olivia(2014), await olivia(2015)], [51, 61, 70]);
  await act(newer, 'publish');
  assert.deepEqual([await olivia(2013), await olivia(2014), await olivia(2015)], [50, 60, 70]);
});

test('a file that would halve a slice waits, unless it amends', async () => {
  const whole = await names.imported('yob1810.txt', 'Olivia,F,10\nEmma,F,9\nAda,F,8\nEve,F,7\nEmma,F,6\n');
  assert.deepEqual([whole.row_count, whole.error_count], [4, 1]);
  const small = await names.imported('yob1810.txt', 'Zoe,F,3\n');
  assert.deepEqual([small.published, small.warnings[0].code], [false, 'slice_shrinks']);

  const amending = await names.imported('yob1810.txt', 'Zoe,F,3\nAda,F,8\nEve,F,6\nBad,X,1\n', {
    country_id: 'US',
    amends: whole.id,
  });
  assert.deepEqual(
    [amending.status, amending.published, amending.amends, amending.row_count, amending.skipped_count],
    ['completed', true, whole.id, 5, 1],
  );
  const { body } = await names.request('GET', `/v1/datasets/${amending.id}/slices`);
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    body.data.map(({ rows, sum, status }: any) => [rows, sum, status]),
    [[5, 37, 'published']],
  );
  const errors = await names.request('GET', `/v1/datasets/${amending.id}/errors`);
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    errors.body.data.map(({ line_start, code }: any) => [line_start, code]),
    [
      [3, 'duplicate_in_file'],
      [4, 'invalid_gender'],
    ],
  );
  assert.match(errors.body.data[0].message, /line 4 of the amended file/);

  const third = await names.imported('yob1810.txt', 'Uma,F,2\n', { country_id: 'US', amends: amending.id });
  assert.deepEqual([third.published, third.row_count, third.error_count], [true, 6, 0]);
  const again = await act(third, 'reprocess');
  assert.equal(again.status, 202);
  assert.equal((await names.settled(third.id)).row_count, 6);

  const other = await names.upload('CA.TXT', 'CA,F,1910,Mary,295\n', { country_id: 'US', amends: whole.id });
  assert.deepEqual([other.status, other.body.error.code], [422, 'amends_mismatch']);
});

test('the same bytes again are a duplicate unless that is meant, and then no number changes', async () => {
  const zip = release({ 2010: 20, 2011: 21 });
  const first = await names.imported('names.zip', zip);
  const again = await names.upload('other.zip', zip);
  assert.deepEqual([again.status, again.body.error.code], [409, 'duplicate_file']);
  assert.equal(again.body.error.details.dataset_id, first.id);
  const atomic = await names.imported('names.zip', zip, { country_id: 'US', mode: 'atomic' });
  assert.equal(atomic.status, 'completed');

  const before = await digest(names);
  const meant = await names.imported('names.zip', zip, { country_id: 'US', allow_duplicate: 'true' });
  assert.equal(meant.published, true);
  assert.deepEqual(await digest(names), before);
  for (const { id } of [first, atomic, meant]) await names.request('DELETE', `/v1/datasets/${id}`);
  assert.equal((await names.imported('names.zip', zip)).status, 'completed');
});

test('of many racing uploads of one file one is taken', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => names.upload('yob1820.txt', 'Ada,F,5\n')),
  );
  const taken = answers.filter(({ status }) => status === 202);
  assert.equal(taken.length, 1);
  for (const { status, body } of answers) {
    if (status !== 202) assert.deepEqual([status, body.error.code], [409, 'duplicate_file']);
  }
  await names.settled(taken[0]?.body.data.dataset_id);
});

test('reprocessing keeps numbers and place, of a superseded dataset too', async () => {
  const first = await names.imported('a.zip', release({ 1830: 30, 1831: 31 }));
  const second = await names.imported('b.zip', release({ 1830: 32, 1831: 33 }));
  const before = await digest(names);
  for (const dataset of [first, second]) {
    const answer = await act(dataset, 'reprocess', { reason: 'to see' });
    assert.equal(answer.status, 202);
    assert.equal(answer.body.data.status, 'reprocessing');
    const done = await names.settled(dataset.id);
    assert.deepEqual(
      [done.status, done.last_reprocess.status, done.last_reprocess.reason, done.job_id],
      ['completed', 'completed', 'to see', answer.body.data.job_id],
    );
  }
  assert.deepEqual(await digest(names), before);
  assert.deepEqual([await statuses(first), await statuses(second)], [['superseded'], ['published']]);
});

test('a reprocessing that fails leaves the numbers, one of a failed dataset begins anew', async () => {
  const dataset = await names.imported('yob1840.txt', 'Olivia,F,10\nEmma,F,9\n');
  await act(dataset, 'reprocess', { parser: 'us_ssa_state' });
  const after = await names.settled(dataset.id);
  assert.deepEqual(
    [after.status, after.parser, after.last_reprocess.status],
    ['completed', 'us_ssa', 'failed'],
  );
  assert.equal(await olivia(1840), 10);
  assert.equal((await act(dataset, 'reprocess', { parser: 'us_ssb' })).body.error.code, 'parser_unknown');

  const failed = await names.imported('yob1841.txt', 'Emma,F,9\nBad,X,1\n', {
    country_id: 'US',
    mode: 'atomic',
  });
  assert.equal(failed.status, 'failed');
  assert.equal((await act(failed, 'publish')).body.error.code, 'not_publishable');
  const answer = await act(failed, 'reprocess');
  assert.equal(answer.body.data.status, 'pending');
  assert.equal((await names.settled(failed.id)).status, 'failed');
});

test('a dry run cannot be published or amended; read again it stays one', async () => {
  const dataset = await names.imported('yob1845.txt', 'Ada,F,9\n', { country_id: 'US', dry_run: 'true' });
  const { status, body } = await act(dataset, 'publish');
  assert.deepEqual([status, body.error.code], [409, 'not_publishable']);
  const amends = { country_id: 'US', amends: dataset.id };
  const amended = await names.upload('yob1845.txt', 'Eva,F,8\n', amends);
  assert.deepEqual([amended.status, amended.body.error.details.reason], [422, 'it is a dry run']);
  assert.equal((await act(dataset, 'reprocess')).status, 202);
  const again = await names.settled(dataset.id);
  assert.deepEqual([again.status, again.published, again.changes.slices.new], ['completed', false, 1]);
});

test('while a job works on it, a dataset can be canceled or deleted, not reprocessed', async () => {
  const zip = craftZip(
    Array.from({ length: 120 }, (_, at) => ({
      name: `yob${1900 + at}.txt`,
      data: Array.from({ length: 3000 }, (_n, row) => `N${row.toString(26)}x,F,${5 + (row % 900)}\n`).join(
        '',
      ),
    })),
  );
  const canceled = await names.upload('long.zip', zip);
  const { dataset_id: id } = canceled.body.data;
  assert.equal((await act({ id }, 'reprocess')).body.error.code, 'dataset_busy');
  assert.equal((await act({ id }, 'publish')).body.error.code, 'dataset_busy');
  const answer = await act({ id }, 'cancel');
  assert.equal(answer.status, 202);
  const ended = await names.settled(id);
  assert.deepEqual([ended.status, ended.published], ['canceled', false]);
  assert.equal((await act({ id }, 'cancel')).body.error.code, 'job_ended');

  const removed = (await names.upload('long.zip', zip)).body.data.dataset_id;
  const gone = await names.request('DELETE', `/v1/datasets/${removed}`);
  assert.equal(gone.status, 200);
  assert.equal((await names.settled(removed)).published, false);
});

/** All published rows of whole countries. */
function digest(server: NamesServer): Promise<unknown[]> {
  return server.pool.many('digest', sql`SELECT year, gender, name, count FROM names ORDER BY 1, 2, 3, 4`);
}
