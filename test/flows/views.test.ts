import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { namesScene } from './names-scene.ts';
import {
  DATASET_STATISTICS,
  GENDER_DISTRIBUTION,
  MOST_POPULAR,
  NAME_TREND,
  QUEUE_HEALTH,
} from './seed-queries.ts';

const scene = await namesScene();

/** A flat row, as the table of the seed would hold it. */
interface Row {
  readonly year: number;
  readonly gender: 'F' | 'M';
  readonly name: string;
  readonly count: number;
}

const FIRST = ['Emma', 'Olivia', 'Jordan', 'Zoe', 'Liam', 'Noah'];
/** 700 names, so that a ranking has two pages. */
const MANY = Array.from({ length: 700 }, (_, at) => `Name${letters(at)}`);
const YEARS = [2018, 2019, 2020, 2021];

function letters(number: number): string {
  return Array.from(String(number), (digit) => 'abcdefghij'[Number(digit)]).join('');
}

const published: Row[] = YEARS.flatMap((year, place) =>
  (['F', 'M'] as const).flatMap((gender) => [
    ...FIRST.map((name, at) => ({
      year,
      gender,
      name,
      count: 5000 - 700 * at - 13 * place - (gender === 'M' ? at * 30 : 0),
    })),
    ...(year === 2020 ? MANY.map((name, at) => ({ year, gender, name, count: 5 + (at % 90) })) : []),
  ]),
);

function file(rows: readonly Row[], year: number): string {
  return rows
    .filter((row) => row.year === year)
    .map(({ name, gender, count }) => `${name},${gender},${count}\n`)
    .join('');
}

const fewer = published.map((row) => ({ ...row, count: row.count + 1 }));
// 2020 twice: what the view shows must come from the second alone. 2021 is deleted, a state is no part of the country.
await scene.upload({ 2018: file(published, 2018), 2019: file(published, 2019) });
await scene.upload({ 2020: file(fewer, 2020) });
await scene.upload({ 2020: file(published, 2020) });
await scene.delete((await scene.upload({ 2021: file(published, 2021) })).id);
const supplied = published.filter(({ year }) => year < 2021);
const [us] = await scene.pool.many<{ id: string }>('us', sql`SELECT id FROM countries WHERE code = 'US'`);

/** The seed's own text with the country's id in the place that it leaves for it. */
function ask<Answer>(query: string): Promise<Answer[]> {
  return scene.pool.many('seed query', { text: query.replace("'uuid-for-us'", `'${us?.id}'`), values: [] });
}

test('the view holds what is published, each row once and under an id of its own', async () => {
  const rows = await scene.pool.many<Row & { id: string; deleted_at: null; country_id: string }>(
    'names',
    sql`SELECT * FROM names ORDER BY year, gender, count DESC, name`,
  );
  const order = (a: Row, b: Row): number =>
    a.year - b.year ||
    (a.gender < b.gender ? -1 : a.gender > b.gender ? 1 : 0) ||
    b.count - a.count ||
    (a.name < b.name ? -1 : 1);
  assert.deepEqual(
    rows.map(({ year, gender, name, count }) => ({ year, gender, name, count })),
    supplied.toSorted(order),
  );
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
  assert.ok(rows.every((row) => row.country_id === us?.id && row.deleted_at === null));
  assert.deepEqual(Object.keys(rows[0] ?? {}), [
    'id',
    'dataset_id',
    'country_id',
    'year',
    'name',
    'gender',
    'count',
    'created_at',
    'deleted_at',
  ]);
});

test('most popular names by year', async () => {
  const rows = await ask<Row & { country: string; rank: string }>(MOST_POPULAR);
  const expected = supplied
    .filter(({ year, gender }) => year === 2020 && gender === 'F')
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 10);
  assert.deepEqual(
    rows.map(({ count }) => count),
    expected.map(({ count }) => count),
  );
  assert.deepEqual(
    rows.slice(0, 6).map(({ name }) => name),
    FIRST,
  );
  assert.deepEqual(
    rows.map(({ rank }) => Number(rank)),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  assert.ok(
    rows.every(({ country, year, gender }) => country === 'United States' && year === 2020 && gender === 'F'),
  );
});

test('name trend over time', async () => {
  const rows = await ask<{ year: number; gender: string; total_count: string; rank_in_year: string }>(
    NAME_TREND,
  );
  assert.deepEqual(
    rows.map(({ year, gender, total_count }) => `${year} ${gender} ${total_count}`),
    supplied
      .filter(({ name }) => name === 'Emma')
      .map(({ year, gender, count }) => `${year} ${gender} ${count}`),
  );
  assert.deepEqual(
    rows.map(({ rank_in_year }) => Number(rank_in_year)),
    [1, 1, 1, 1, 1, 1],
    'Emma of both genders, alike',
  );
});

test('gender distribution for a name', async () => {
  const sum = (gender: string): number =>
    supplied
      .filter((row) => row.name === 'Jordan' && row.gender === gender)
      .reduce((total, { count }) => total + count, 0);
  const percentage = Math.round((sum('M') / (sum('M') + sum('F'))) * 10_000) / 100;
  assert.deepEqual(await ask(GENDER_DISTRIBUTION), [
    {
      name: 'Jordan',
      male_count: String(sum('M')),
      female_count: String(sum('F')),
      male_percentage: percentage.toFixed(2),
    },
  ]);
  const probabilities = await scene.pool.many(
    'probabilities',
    sql`SELECT * FROM gender_probabilities WHERE name = 'Jordan'`,
  );
  assert.deepEqual(probabilities, [
    {
      name: 'Jordan',
      country_id: us?.id,
      male_count: String(sum('M')),
      female_count: String(sum('F')),
      total_count: String(sum('M') + sum('F')),
      male_probability: percentage.toFixed(2),
      female_probability: (100 - percentage).toFixed(2),
    },
  ]);
});

test('names with fewer than 100 bearers have no gender probability', async () => {
  const totals = Map.groupBy(supplied, ({ name }) => name);
  const enough = [...totals]
    .map(([name, rows]) => [name, rows.reduce((total, { count }) => total + count, 0)] as const)
    .filter(([, total]) => total >= 100)
    .map(([name]) => name);
  assert.ok(enough.length < totals.size);
  const rows = await scene.pool.many<{ name: string }>('all', sql`SELECT name FROM gender_probabilities`);
  assert.deepEqual(rows.map(({ name }) => name).toSorted(), enough.toSorted());
});

test('name statistics count each name and its datasets once', async () => {
  const rows = await scene.pool.many<{ name: string; total_count: string; dataset_count: string }>(
    'statistics',
    sql`SELECT * FROM name_statistics WHERE country_id = ${us?.id} AND year = 2020 AND gender = 'M'`,
  );
  assert.deepEqual(
    rows.map(({ name, total_count }) => `${name} ${total_count}`).toSorted(),
    supplied
      .filter(({ year, gender }) => year === 2020 && gender === 'M')
      .map(({ name, count }) => `${name} ${count}`)
      .toSorted(),
  );
  assert.ok(rows.every(({ dataset_count }) => dataset_count === '1'));
});

test('dataset processing statistics and job queue health', async () => {
  const [datasets, ...others] = await ask<Record<string, string>>(DATASET_STATISTICS);
  assert.equal(others.length, 0);
  assert.equal(datasets?.['country'], 'United States');
  assert.equal(datasets?.['status'], 'completed');
  assert.equal(datasets?.['dataset_count'], '3');
  const imported =
    published.length -
    published.filter(({ year }) => year === 2021).length +
    fewer.filter(({ year }) => year === 2020).length;
  assert.equal(Number(datasets?.['total_rows']), imported);
  assert.ok(Number(datasets?.['avg_processing_seconds']) > 0);

  await scene.folded();
  const [health, ...rest] = await ask<Record<string, string>>(QUEUE_HEALTH);
  assert.deepEqual(rest, []);
  assert.equal(health?.['status'], 'completed');
  assert.ok(Number(health?.['job_count']) >= 4);
  assert.equal(Number(health?.['avg_attempts']), 1);
});

test('a question for one year reads the pages of that year', async () => {
  const line = (gender: string): string => MANY.map((name) => `${name},${gender},50\n`).join('');
  const year = line('F') + line('M');
  await scene.upload(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [1900 + at, year])));
  await scene.pool.run('analyze', sql`ANALYZE`);
  const query = MOST_POPULAR.replace('uuid-for-us', us?.id ?? '').replace('2020', '1950');
  const [plan] = await scene.pool.many<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>('explain', {
    text: `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${query}`,
    values: [],
  });
  const pages = nodesOf((plan as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'][0].Plan).filter(
    (node) => node['Relation Name'] === 'ranking_pages',
  );
  const read = pages.reduce(
    (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    0,
  );
  // Of 414.
  assert.equal(read, 4);
});

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
