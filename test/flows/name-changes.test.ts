import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { addCountry, loadRows, sliceRows } from '#test/support/names-data.ts';

const db = await testDatabase();

await addCountry(db.pool, 'ZZ', 'Zedland');
await loadRows(db.pool, 'ZZ', [
  ...sliceRows(null, 'F', 2015, 'Ada 1000, Zoe 20, Ivy 6'),
  ...sliceRows(null, 'F', 2019, 'Ada 500, Bea 300, ZOE 100, Cleo 60, Dora 30, Eve .., Fay 5, Gina 5'),
  ...sliceRows(null, 'F', 2020, 'Bea 400, Ada 390, Zoe 60, Dora 55, Cleo 55, Eve 28, Fay .., Hana 25, Ivy 7'),
  ...sliceRows(null, 'M', 2020, 'Jo 90, Bo 10'),
]);
await addCountry(db.pool, 'AT', 'Austria');
await loadRows(
  db.pool,
  'AT',
  [2009, 2010, 2011].flatMap((year) =>
    sliceRows(null, 'F', year, `Anna ${year - 1000}, Berta ${3000 - year}`),
  ),
  { parser: 'at_ogd' },
);
await addCountry(db.pool, 'YY', 'Ypsilon');
await loadRows(db.pool, 'YY', [
  ...sliceRows('YY-A', 'F', 2019, 'Ada 30, Bea 40'),
  ...sliceRows('YY-A', 'F', 2020, 'Ada 50, Bea 20'),
  ...sliceRows('YY-B', 'F', 2020, 'Ada 50'),
]);
const { ask } = await openAnswers(db.pool);

const girls = { country: 'ZZ', gender: 'F' };

async function changes(kind: string, query: Record<string, string | number>) {
  const { status, body } = await ask(`/v1/statistics/${kind}`, query);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

async function pick(
  kind: string,
  query: Record<string, string | number>,
  ...keys: string[]
): Promise<unknown[][]> {
  const { data } = await changes(kind, query);
  return data.map((item: Record<string, unknown>) => keys.map((key) => item[key]));
}

test('movers: names that both lists count, by the change of rank', async () => {
  const rows = await pick('movers', girls, 'name', 'previous_rank', 'rank', 'rank_change', 'count_change');
  assert.deepEqual(rows, [
    ['Bea', 2, 1, 1, 100],
    ['Ada', 1, 2, -1, -110],
    ['Dora', 5, 4, 1, 25],
  ]);
  const { data, meta } = await changes('movers', { ...girls, direction: 'down', sort: 'count' });
  const [first] = data;
  assert.deepEqual(first, {
    name: 'Ada',
    country: 'ZZ',
    area: 'ZZ',
    gender: 'F',
    year: 2020,
    previous_year: 2019,
    count: 390,
    previous_count: 500,
    count_change: -110,
    rank: 2,
    previous_rank: 1,
    rank_change: -1,
    share: Math.round((390 / 1020) * 1e9) / 1e9,
    previous_share: 0.5,
    share_change: Math.round((390 / 1020 - 0.5) * 1e9) / 1e9,
    ratio: Math.round((390 / 1020 / 0.5) * 1e4) / 1e4,
    status: 'exact',
  });
  assert.deepEqual(
    data.map(({ name }: { name: string }) => name),
    ['Ada', 'Zoe', 'Cleo'],
  );
  assert.deepEqual([meta.total, meta.next_cursor, meta.sources.length], [3, null, 1]);
  assert.deepEqual(meta.comparisons, [
    {
      country: 'ZZ',
      area: 'ZZ',
      gender: 'F',
      year: 2020,
      measure: 'births',
      previous_year: 2019,
      compared: true,
      obstacle: null,
      breaks: [],
      threshold: 5,
      previous_threshold: 5,
      denominator: { kind: 'listed', value: 1020, previous_value: 1000 },
      names_new: 2,
      names_lost: 1,
      quality: 'exact',
    },
  ]);
});

test('movers within the first ranks, above a count, by share or ratio, over several years', async () => {
  assert.deepEqual(await pick('movers', { ...girls, top: 1 }, 'name'), [['Bea'], ['Ada']]);
  assert.deepEqual(
    await pick('movers', { ...girls, sort: 'ratio', min_count: 60, direction: 'both' }, 'name'),
    [['Zoe'], ['Ada'], ['Bea'], ['Cleo']],
  );
  assert.deepEqual(
    await pick(
      'movers',
      { ...girls, year: 2019, over: 4, sort: 'share' },
      'name',
      'previous_year',
      'rank_change',
    ),
    [
      ['Ada', 2015, 0],
      ['Zoe', 2015, -1],
    ],
  );
});

test('new and lost names, with what thresholds leave open', async () => {
  assert.deepEqual(
    await pick('new', girls, 'name', 'count', 'rank', 'previous_count_below', 'count_change_at_least'),
    [
      ['Hana', 25, 7, 5, 21],
      ['Ivy', 7, 8, 5, 3],
    ],
  );
  assert.deepEqual(
    await pick(
      'lost',
      girls,
      'name',
      'previous_count',
      'previous_rank',
      'count_below',
      'count_change_at_most',
    ),
    [['Gina', 5, 6, 5, -1]],
  );
  assert.deepEqual(await pick('new', { ...girls, min_count: 10 }, 'name'), [['Hana']]);
  // Ivy was listed in 2015.
  assert.deepEqual(await pick('new', { ...girls, first_time: 'true' }, 'name'), [['Hana']]);
  assert.deepEqual(
    await pick('new', { ...girls, year: 2019, over: 4, min_count: 0 }, 'name', 'count', 'status'),
    [
      ['Bea', 300, 'exact'],
      ['Cleo', 60, 'exact'],
      ['Dora', 30, 'exact'],
      ['Fay', 5, 'exact'],
      ['Gina', 5, 'exact'],
      ['Eve', null, 'below_threshold'],
    ],
  );
});

test('breakouts: a hidden or missing count is taken to be one below the threshold', async () => {
  const rows = await pick(
    'breakouts',
    girls,
    'name',
    'count',
    'previous_count',
    'previous_count_below',
    'expected',
    'z',
  );
  const z = (count: number, expected: number) =>
    Math.round(((count - expected) / Math.sqrt(expected)) * 1e3) / 1e3;
  assert.deepEqual(rows, [
    ['Eve', 28, null, 5, 4.08, z(28, 4.08)],
    ['Hana', 25, null, 5, 4.08, z(25, 4.08)],
    ['Bea', 400, 300, null, 306, z(400, 306)],
  ]);
});

test('lists that cannot be compared are named, with the reason', async () => {
  const reasons = async (query: Record<string, string | number>) => {
    const { data, meta } = await changes('movers', query);
    return [
      data.length,
      meta.comparisons.map(({ gender, obstacle }: Record<string, string>) => [gender, obstacle]),
    ];
  };
  assert.deepEqual(await reasons({ country: 'ZZ', min_count: 500 }), [
    1,
    [
      ['F', null],
      ['M', 'no_former_list'],
    ],
  ]);
  assert.deepEqual(await reasons({ country: 'AT', year: 2010 }), [0, [['F', 'method_break']]]);
  assert.deepEqual(await reasons({ country: 'AT', year: 2011, sort: 'count' }), [2, [['F', null]]]);
  const summed = await changes('new', { country: 'YY', year: 2020 });
  const [{ obstacle, breaks, quality }] = summed.meta.comparisons;
  assert.deepEqual([obstacle, quality], ['method_break', 'lower_bound']);
  assert.match(breaks[0].what, /YY-A, YY-B/);
  const part = await pick('movers', { country: 'YY', area: 'YY-A', min_count: 1 }, 'name', 'rank_change');
  assert.deepEqual(part, [
    ['Ada', 1],
    ['Bea', -1],
  ]);
});

test('pages lead on as long as nothing changes, and CSV has its lines', async () => {
  const first = await changes('movers', { ...girls, sort: 'count', limit: 2 });
  assert.deepEqual([first.meta.total, first.data.length], [5, 2]);
  const cursor = first.meta.next_cursor as string;
  const second = await changes('movers', { ...girls, sort: 'count', limit: 2, cursor });
  assert.deepEqual(
    [...first.data, ...second.data].map(({ count_change: change }: { count_change: number }) => change),
    [-110, 100, -40, 25],
  );
  const other = await ask('/v1/statistics/movers', { ...girls, sort: 'share', cursor });
  assert.deepEqual([other.status, other.body.error.code], [400, 'invalid_cursor']);
  const csv = await ask('/v1/statistics/lost.csv', girls);
  assert.match(csv.text, /^name,country,area,gender,year,previous_year,previous_count/);
  assert.match(csv.text, /\r\nGina,ZZ,ZZ,F,2020,2019,5,6,0.005,5,-1\r\n$/);
  await loadRows(db.pool, 'ZZ', sliceRows(null, 'M', 1990, 'Jo 9'));
  const late = await ask('/v1/statistics/movers', { ...girls, sort: 'count', limit: 2, cursor });
  assert.equal(late.status, 410);
});

test('shares are those of births where both years have the total', async () => {
  await db.pool.run(
    'births',
    sql`
      INSERT INTO births (country_no, area_no, year, gender, births)
      SELECT c.no, a.no, y, 'F', 2000 FROM unnest(ARRAY[2019, 2020]) y, countries c JOIN areas a ON a.code = c.code
      WHERE c.code = 'ZZ'`,
  );
  await db.pool.run('version', sql`UPDATE data_versions SET version = version + 1`);
  const { data, meta } = await changes('movers', { ...girls, top: 1, sort: 'share' });
  assert.deepEqual(meta.comparisons[0].denominator, { kind: 'births', value: 2000, previous_value: 2000 });
  assert.deepEqual([data[0].name, data[0].share_change], ['Ada', -0.055]);
});
