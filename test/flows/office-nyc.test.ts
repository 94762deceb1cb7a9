import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { startNamesServer } from '#test/support/names-server.ts';
import { officialFile, withoutOfficialFiles } from '#test/support/truths.ts';

const db = await testDatabase();
const names = await startNamesServer(db, { maxUploadBytes: 1_000_000 });
const { ask } = await openAnswers(db.pool);

/** `Emma 200` in rank order. */
async function listOf(year: number, gender: 'F' | 'M', limit = 5): Promise<string[]> {
  const { status, body } = await ask('/v1/names', {
    country: ['US'],
    area: 'US-NY-NYC',
    year,
    gender,
    limit,
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.data.map(({ name, count }: { name: string; count: number }) => `${name} ${count}`);
}

/** `2019 F read 4 331, listed 2 231, repeats 2`. */
async function slicesOf(id: string): Promise<string[]> {
  const { body } = await names.request('GET', `/v1/datasets/${id}/slices?limit=100`);
  return body.data.map(
    // oxlint-disable-next-line typescript/no-explicit-any
    ({ area, year_to, gender, rows_read, sum_read, rows, sum, repeats }: any) =>
      `${area} ${year_to} ${gender} read ${rows_read} ${sum_read}, listed ${rows} ${sum}, repeats ${repeats}`,
  );
}

test('ethnicities are added up, the same row again counts once, whole and cut labels are one', async () => {
  const dataset = await names.imported(
    'names.csv',
    `Year of Birth,Gender,Ethnicity,Child's First Name,Count,Rank
2012,FEMALE,WHITE NON HISP,EMMA,30,1
2012,FEMALE,WHITE NON HISPANIC,EMMA,30,1
2012,FEMALE,ASIAN AND PACI,EMMA,30,1
2019,FEMALE,HISPANIC,Emma,100,3
2019,FEMALE,WHITE NON HISPANIC,Emma,100,3
2019,FEMALE,HISPANIC,Emma,100,3
2019,FEMALE,HISPANIC,Mia,31,7
2019,FEMALE,BLACK NON HISPANIC,McKenzie,10,60
2019,FEMALE,BLACK NON HISPANIC,Mckenzie,10,60
2019,FEMALE,BLACK NON HISPANIC,Zoe,fewer,61
`,
    { country_id: 'US', max_error_ratio: '0.5' },
  );
  assert.deepEqual([dataset.parser, dataset.status], ['us_nyc', 'completed']);
  assert.deepEqual([dataset.row_count, dataset.skipped_count, dataset.error_count], [7, 2, 1]);
  const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/errors`);
  assert.deepEqual(body.meta.ledger, {
    records: 10,
    accepted: 7,
    rejected: 1,
    skipped: { duplicate_in_file: 2 },
  });
  assert.deepEqual(
    body.data.map(({ line_start, code }: { line_start: number; code: string }) => [line_start, code]),
    [[11, 'invalid_count']],
  );
  assert.deepEqual(await slicesOf(dataset.id), [
    'US-NY-NYC 2012 F read 3 90, listed 1 60, repeats 2',
    'US-NY-NYC 2019 F read 6 351, listed 3 251, repeats 3',
  ]);
  assert.deepEqual(await listOf(2012, 'F'), ['Emma 60']);
  assert.deepEqual(await listOf(2019, 'F'), ['Emma 200', 'Mia 31', 'McKenzie 20']);
});

test('the real file: every row read, 18,053 of them once', { skip: withoutOfficialFiles }, async () => {
  const file = readFileSync(officialFile('us/nyc-dohmh/Popular_Baby_Names.csv.gz'));
  const dataset = await names.imported('a.gz', file, { country_id: 'US' });
  assert.deepEqual([dataset.parser, dataset.status], ['us_nyc', 'completed']);
  assert.deepEqual([dataset.row_count, dataset.skipped_count, dataset.error_count], [18_053, 31_456, 0]);
  const slices = await slicesOf(dataset.id);
  assert.equal(slices.length, 18);
  assert.match(slices[0] ?? '', /^US-NY-NYC 2011 F read 5009 147187, listed 644 29487,/);
  assert.match(slices.at(-1) ?? '', /^US-NY-NYC 2019 M read 969 33876, listed 574 33876,/);
  assert.deepEqual(await listOf(2019, 'F', 3), ['Emma 490', 'Olivia 450', 'Sophia 445']);
  assert.deepEqual(await listOf(2019, 'M', 3), ['Liam 743', 'Noah 655', 'Ethan 531']);
  assert.deepEqual(await listOf(2012, 'M', 3), ['Jayden 752', 'Ethan 723', 'Jacob 641']);
});
