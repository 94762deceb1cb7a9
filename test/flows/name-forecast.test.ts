import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();

/** Births of each name in the year at a place; undefined: not listed. */
const COURSES: Readonly<Record<string, (at: number) => number | undefined>> = {
  Rise: (at) => Math.round(200 * 1.04 ** at),
  // Up and down by turns that the last turn does not tell: the last value is as good a guess.
  Walk: (() => {
    let [seed, level] = [7, 5000];
    const levels = Array.from({ length: 50 }, () => {
      seed = (seed * 16_807) % 2_147_483_647;
      level = Math.round(level * (seed % 2 === 0 ? 1.05 : 1 / 1.05));
      return level;
    });
    return (at: number) => levels[at];
  })(),
  New: (at) => (at < 20 ? undefined : 300 + at),
  Gone: (at) => (at > 40 ? undefined : 500 - at),
};
const rows = (until: number): FlatRow[] =>
  Array.from({ length: until }, (_, at) => at).flatMap((at) => {
    const named = Object.entries(COURSES).flatMap(([published, course]) => {
      const count = course(at);
      return count === undefined ? [] : [{ published, count }];
    });
    const rest = 1e6 - named.reduce((sum, { count }) => sum + count, 0);
    return [...named, { published: 'Rest', count: rest }].map((each): FlatRow => ({
      area: null,
      gender: 'F',
      year: 1970 + at,
      ...each,
    }));
  });
await loadRows(db.pool, 'US', rows(50));
await loadRows(db.pool, 'GB', rows(28));
const { ask } = await openAnswers(db.pool);

async function forecastOf(name: string, parameters: Record<string, string | number> = {}) {
  const { status, body } = await ask(`/v1/names/${name}/forecast`, {
    country: 'US',
    gender: 'F',
    ...parameters,
  });
  assert.equal(status, 200);
  return body.data.forecasts[0];
}

test('growth that has gone on is forecast, with bands', async () => {
  const found = await forecastOf('rise', { years: 3 });
  assert.deepEqual(
    [found.status, found.reason, found.year_from, found.year_to, found.back_tests, found.denominator],
    ['shown', null, 1970, 2019, 44, 'listed'],
  );
  assert.ok(found.mase < 0.5);
  const [first, , third] = found.points;
  assert.deepEqual([first.year, third.year, found.points.length], [2020, 2022, 3]);
  assert.ok(first.share > 0.00137 && third.share > first.share && third.share < 0.0016);
  assert.ok(third.low_95 <= third.low_80 && third.low_80 < third.share && third.share < third.high_80);
});

test('what is no better than the last value is withheld, and the answer says by how much', async () => {
  const walk = await forecastOf('Walk');
  assert.deepEqual([walk.status, walk.reason, walk.points], ['withheld', 'not_better', []]);
  assert.ok(walk.mase >= 1);
});

test('years without a count, or too few of them, are reasons as well', async () => {
  assert.equal((await forecastOf('New')).reason, 'too_many_hidden');
  assert.equal((await forecastOf('New')).years_hidden, 20);
  assert.equal((await forecastOf('Gone')).reason, 'last_year_not_shown');
  assert.equal((await forecastOf('Nobody')).reason, 'not_listed');
  assert.equal((await forecastOf('Rise', { country: 'GB' })).reason, 'too_few_years');
  assert.equal((await forecastOf('Rise', { country: 'GB', years: 4 })).reason, null);
  assert.equal((await ask('/v1/names/Rise/forecast', { years: 6 })).status, 400);
});
