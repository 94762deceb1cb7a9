import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const db = await testDatabase();
const names = await startNamesServer(db);
const { ask } = await openAnswers(db.pool);

/** Written by us in the layout of the yearly workbooks. */
function counts(year: number, ...rows: readonly string[]): string {
  return `"Top names for baby girls in England and Wales, ${year}"\nRank,Name,Count\n${rows.join('\n')}\n`;
}

const COUNTS = counts(2014, '1,AMELIA,5327', '2,OLIVIA,4724', '3,Isla,4012');
const RANKS = `"Table 1: Top 100 names for baby girls at 10-yearly intervals, 1904 to 2014"
Rank,1904,1994,2014
1,Mary,Rebecca,Amelia
2,Florence,Lauren,Olivia
`;

interface Listed {
  readonly name: string;
  readonly count: number | null;
  readonly rank_published: number | null;
}

/** `Amelia 5327`, of a list of ranks `Mary #1`. */
async function listed(year: number): Promise<string[]> {
  const { body } = await ask('/v1/names', { country: ['GB'], area: 'GB-EAW', year, gender: 'F' });
  return (body.data as readonly Listed[]).map(
    ({ name, count, rank_published }) => `${name} ${count ?? `#${rank_published}`}`,
  );
}

const OF_COUNTS = ['Amelia 5327', 'Olivia 4724', 'Isla 4012'];
const OF_RANKS = ['Amelia #1', 'Olivia #2'];

test('ranks alone supply the years of which nobody has counts, and wait for nobody', async () => {
  const ofCounts = await names.imported('a.csv', COUNTS, {});
  const ofRanks = await names.imported('b.csv', RANKS, {});
  assert.deepEqual([ofRanks.parser, ofRanks.published], ['gb_ons_historic', true]);
  assert.deepEqual(
    ofRanks.warnings.map(({ code, count }: { code: string; count: number }) => [code, count]),
    [['counts_stay', 1]],
  );
  assert.deepEqual(await listed(1904), ['Mary #1', 'Florence #2']);
  assert.deepEqual(await listed(2014), OF_COUNTS);

  // Nor do they replace counts when somebody publishes them once more.
  assert.equal((await names.request('POST', `/v1/datasets/${ofRanks.id}/publish`)).status, 200);
  assert.deepEqual(await listed(2014), OF_COUNTS);

  await names.request('DELETE', `/v1/datasets/${ofCounts.id}`);
  assert.deepEqual(await listed(2014), OF_RANKS);
  await names.request('POST', `/v1/datasets/${ofCounts.id}/restore`);
  assert.deepEqual(await listed(2014), OF_COUNTS);
});

test('counts replace ranks without being asked about, even those of a later edition', async () => {
  assert.deepEqual(await listed(1994), ['Rebecca #1', 'Lauren #2']);
  const fields = { metadata: JSON.stringify({ edition: '1994' }) };
  const dataset = await names.imported('c.csv', counts(1994, '1,REBECCA,6000'), fields);
  assert.deepEqual([dataset.edition, dataset.published, dataset.warnings], ['1994', true, []]);
  assert.deepEqual(await listed(1994), ['Rebecca 6000']);
});
