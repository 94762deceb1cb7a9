import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();

function list(gender: 'F' | 'M', year: number, counts: Readonly<Record<string, number | null>>): FlatRow[] {
  return Object.entries(counts).map(([published, count]) => ({ area: null, gender, year, published, count }));
}

await loadRows(db.pool, 'US', [
  ...list('M', 2019, { Muhammad: 100, Mohammed: 90, Mohamed: 60, Liam: 240, Noah: 150, Ian: 20 }),
  ...list('M', 2020, { Muhammad: 110, Mohammed: 90, Liam: 230, Noah: 150, Mohamed: null }),
  ...list('F', 2020, { Zoe: 50, Zoë: 30, 'Julie-Anne': 10, Julieanne: 9, Ada: 400 }),
]);
// Two spellings whose sum grows by a tenth a year; of two others the last year hides one.
const SUMS = [1000, 1100, 1210, 1331, 1464];
await loadRows(
  db.pool,
  'CA',
  SUMS.flatMap((sum, at) => [
    ...list('M', 2019 + at, { Philip: sum - 600, Phillip: 600, Noah: 100_000 - sum }),
    ...list('F', 2019 + at, { Zoe: 20, ...(at === 4 ? {} : { Zoë: 10 }), Ada: 100_000 }),
  ]),
);
const { ask } = await openAnswers(db.pool);

test('families of spellings, the largest first, with the path of their sum', async () => {
  const { status, body } = await ask('/v1/statistics/families', { country: 'US' });
  assert.equal(status, 200);
  assert.deepEqual(
    body.data.map((item: Record<string, unknown>) => [item['link'], item['compact'], item['total_count']]),
    [
      ['spelling', 'zoe', 80],
      ['spelling', 'julieanne', 19],
    ],
  );
  const [zoe] = body.data;
  assert.deepEqual(zoe.names[1], { name: 'Zoë', female_count: 30, male_count: 0, total_count: 30 });
  const sum = await ask(`${zoe.trend}&gender=F`.split('?')[0] as string, {
    country: 'US',
    name: 'Zoë',
    group: 'sum',
    gender: 'F',
  });
  assert.equal(zoe.trend, '/v1/names/Zoe/trend?country=US&name=Zo%C3%AB&group=sum');
  assert.equal(sum.body.data.series[0].points[0].count, 80);
  assert.equal(body.meta.sources.length, 1);
});

test('pages lead on; small families can be left out', async () => {
  const first = await ask('/v1/statistics/families', { country: 'US', limit: 1 });
  const cursor = first.body.meta.next_cursor as string;
  const second = await ask('/v1/statistics/families', { country: 'US', limit: 1, cursor });
  assert.deepEqual([second.body.data[0].compact, second.body.meta.next_cursor], ['julieanne', null]);
  const large = await ask('/v1/statistics/families', { country: 'US', min_count: 20 });
  assert.equal(large.body.meta.total, 1);
});

test('names that sound alike are suggested, and not merged', async () => {
  const { body } = await ask('/v1/statistics/families', { country: 'US', name: 'Mohammed' });
  assert.deepEqual(
    body.data.map((item: { link: string; names: { name: string }[] }) => [
      item.link,
      ...item.names.map(({ name }) => name),
    ]),
    [
      ['spelling', 'Mohammed'],
      ['sound', 'Muhammad'],
    ],
  );
  const { body: none } = await ask('/v1/statistics/families', { country: 'US', name: 'Nobody' });
  assert.deepEqual(none.data, []);
});

test('the sum of a group: its rank among the others, and both ends where counts are hidden', async () => {
  const { status, body } = await ask('/v1/names/Muhammad/trend', {
    country: 'US',
    gender: 'M',
    names: 'Mohammed, Mohamed,muhammad',
    group: 'sum',
  });
  assert.equal(status, 200);
  const [series, ...others] = body.data.series;
  assert.equal(others.length, 0);
  assert.deepEqual(series.names, ['Muhammad', 'Mohammed', 'Mohamed']);
  const [before, after] = series.points;
  assert.deepEqual(
    [before.count, before.count_at_most, before.rank, before.rank_at_best, before.tied, before.out_of],
    [250, 250, 1, 1, 1, 4],
  );
  assert.deepEqual([before.status, before.share], ['exact', Math.round((250 / 660) * 1e9) / 1e9]);
  assert.deepEqual(
    [after.count, after.count_at_most, after.rank, after.rank_at_best, after.status, after.rank_change],
    [200, 204, 2, 2, 'lower_bound', null],
  );
});

test('a group that is not listed has no count but what it cannot reach; too many names are refused', async () => {
  const { body } = await ask('/v1/names/Aa/trend', { country: 'US', gender: 'F', names: 'Bb', group: 'sum' });
  const [point] = body.data.series[0].points;
  assert.deepEqual(
    [point.count, point.status, point.count_at_most, point.count_below],
    [null, 'not_listed', 8, 9],
  );
  const names = Array.from({ length: 11 }, (_, at) => `N${'a'.repeat(at)}`).join(',');
  assert.equal((await ask('/v1/names/Aa/trend', { names, group: 'sum' })).status, 400);
});

test('a sum has trends and changes as a name has them; what it may hide is assumed where it matters', async () => {
  const sum = { country: 'CA', group: 'sum', year_on_year: true };
  const { body } = await ask('/v1/names/Philip/trend', { ...sum, gender: 'M', names: 'Phillip,Filip' });
  const [series] = body.data.series;
  const [five] = series.trends;
  assert.deepEqual(
    [five.years, five.points, five.hidden_points, five.mostly_known, five.class],
    [5, 5, 0, true, 'rising'],
  );
  assert.ok(Math.abs(five.percent_per_year - 10) < 0.1, `${five.percent_per_year} % a year`);
  // Filip may have been given up to four times.
  assert.deepEqual([series.points[4].status, series.year_on_year], ['lower_bound', null]);
  const whole = await ask('/v1/names/Philip/trend', { ...sum, gender: 'M', names: 'Phillip' });
  assert.equal(whole.body.data.series[0].year_on_year.percent, 9.992);
  assert.deepEqual(whole.body.data.series[0].points[4].year_on_year, whole.body.data.series[0].year_on_year);
  const { body: rare } = await ask('/v1/names/Zoe/trend', { ...sum, gender: 'F', names: 'Zoë' });
  assert.deepEqual(
    [rare.data.series[0].trends[0].hidden_points, rare.data.series[0].year_on_year],
    [1, null],
  );
});
