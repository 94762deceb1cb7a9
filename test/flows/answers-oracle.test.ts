import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sql } from '#platform/postgres/sql.ts';
import { compactKey, nameKey, searchFolds } from '#products/names/spelling/name-keys.ts';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { TEST_THRESHOLD } from '#test/support/names-data.ts';
import { createOracle } from '#test/support/names-oracle.ts';
import { DELETED_NAMES, loadSample } from '#test/support/names-sample.ts';

const db = await testDatabase();
const sample = await loadSample(db.pool, 77);
await createOracle(db.pool, sample.published);
const answers = await openAnswers(db.pool);

/** One name of one slice, ranked by window functions. */
interface Line {
  readonly area: string;
  readonly gender: 'F' | 'M';
  readonly year: number;
  readonly key: string;
  readonly published: string;
  readonly count: number | null;
  readonly printed: number | null;
  readonly rank: number | null;
  readonly tied: number | null;
  readonly total: number | null;
}

const lines = await db.pool.many<Line>(
  'rankedLines',
  sql`
    SELECT area, gender, year, key, published, count, printed,
           CASE WHEN count > 0 THEN rank() OVER (PARTITION BY area, gender, year ORDER BY count DESC NULLS LAST)::int END AS rank,
           CASE WHEN count > 0 THEN count(*) OVER (PARTITION BY area, gender, year, count)::int END AS tied,
           sum(count) OVER (PARTITION BY area, gender, year)::int AS total
    FROM flat ORDER BY area, gender, year`,
);
const slices = Map.groupBy(lines, ({ area, gender, year }) => `${area} ${gender} ${year}`);
const byName = Map.groupBy(lines, ({ area, gender, key }) => `${area} ${gender} ${key}`);

const genders = ['F', 'M'] as const;
const anyName = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...sample.names) },
  { weight: 1, arbitrary: fc.constantFrom('Nobody', ...DELETED_NAMES) },
);
const anyScope = fc.constantFrom(
  { country: ['US'], codes: ['US'] },
  { country: ['gb', 'US'], codes: ['GB', 'US'] },
  { country: undefined, codes: ['GB', 'US', 'ZZ'] },
  { country: ['US'], area: 'CA', codes: ['US-CA'] },
  { country: undefined, area: 'GB-SCT', codes: ['GB-SCT'] },
);

function yearsOf(area: string, gender: string): number[] {
  return [...slices.keys()].flatMap((id) => {
    const [itsArea, itsGender, year] = id.split(' ');
    return itsArea === area && itsGender === gender ? [Number(year)] : [];
  });
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

test('a trend has one point for every published year, with the rank that SQL gives', async () => {
  const range = fc.record(
    { from: fc.integer({ min: 1985, max: 2016 }), to: fc.integer({ min: 1995, max: 2020 }) },
    { requiredKeys: [] },
  );
  const gender = fc.option(fc.constantFrom(...genders), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(anyName, anyScope, range, gender, async (name, { codes, ...scope }, years, only) => {
      const path = `/v1/names/${encodeURIComponent(name)}/trend`;
      const { body } = await answers.ask(path, { ...scope, ...years, gender: only });
      const expected = codes.flatMap((area) =>
        (only ? [only] : genders).flatMap((each) => {
          const published = yearsOf(area, each).filter(
            (year) => year >= (years.from ?? 0) && year <= (years.to ?? 9999),
          );
          return published.length === 0
            ? []
            : [
                {
                  area,
                  gender: each,
                  points: published.map((year) => pointOf(area, each, name, year, published)),
                },
              ];
        }),
      );
      const found = body.data.series.map(({ area, gender: each, points }: Line & { points: unknown }) => ({
        area,
        gender: each,
        points,
      }));
      assert.deepEqual(found, expected);
    }),
    { numRuns: 150 },
  );
});

function pointOf(area: string, gender: string, name: string, year: number, asked: readonly number[]): object {
  const line = lineOf(area, gender, name, year);
  const before = asked.includes(year - 1) ? lineOf(area, gender, name, year - 1)?.rank : undefined;
  const ranks = {
    rank_published: line?.printed ?? null,
    rank: line?.rank ?? null,
    tied: line?.tied ?? null,
    out_of: slices.get(`${area} ${gender} ${year}`)?.length,
    rank_change: line?.rank && before ? before - line.rank : null,
  };
  if (!line || line.count === null || line.total === null) {
    const nothing = { count: null, ...ranks, share: null, per_million: null };
    const status = !line ? 'not_listed' : line.total === null ? 'rank_only' : 'below_threshold';
    return { year, ...nothing, status, count_below: status === 'rank_only' ? null : TEST_THRESHOLD };
  }
  const { count, total } = line;
  const shares = { share: round(count / total, 9), per_million: round((count / total) * 1e6, 2) };
  return { year, count, ...ranks, ...shares, status: 'exact', count_below: null };
}

function lineOf(area: string, gender: string, name: string, year: number): Line | undefined {
  return byName.get(`${area} ${gender} ${nameKey(name)}`)?.find((each) => each.year === year);
}

test('the facts of a name are those of its rows', async () => {
  await fc.assert(
    fc.asyncProperty(anyName, anyScope, async (name, { codes, ...scope }) => {
      const answer = await answers.ask(`/v1/names/${encodeURIComponent(name)}`, scope);
      const lives = codes.flatMap((area) => genders.flatMap((gender) => lifeOf(area, gender, name)));
      if (lives.length === 0) {
        assert.equal(answer.status, 404);
        assert.equal(answer.body.error.code, 'name_not_listed');
        return;
      }
      const {
        listings,
        total_count: total,
        first_year: first,
        last_year: last,
        spellings,
      } = answer.body.data;
      const listed = codes.flatMap((area) =>
        genders.flatMap((gender) => byName.get(`${area} ${gender} ${nameKey(name)}`) ?? []),
      );
      const unlike = ['peak_share', 'half_life', 'breaks'];
      assert.deepEqual(
        listings.map((life: object) =>
          Object.fromEntries(Object.entries(life).filter(([key]) => !unlike.includes(key))),
        ),
        lives,
      );
      assert.equal(
        total,
        listed.reduce((sum, { count }) => sum + (count ?? 0), 0),
      );
      assert.deepEqual(
        [first, last],
        [Math.min(...listed.map(({ year }) => year)), Math.max(...listed.map(({ year }) => year))],
      );
      assert.deepEqual(new Set(spellings), new Set(listed.map(({ published }) => published)));
    }),
    { numRuns: 150 },
  );
});

function lifeOf(area: string, gender: string, name: string): object[] {
  const listed = byName.get(`${area} ${gender} ${nameKey(name)}`);
  if (!listed) return [];
  const best = (most: (...values: number[]) => number, of: 'count' | 'rank' | 'printed'): object | null => {
    const values = listed.flatMap((line) => line[of] ?? []);
    if (values.length === 0) return null;
    const value = most(...values);
    const years = listed.filter((line) => line[of] === value).map(({ year }) => year);
    return { value, year: years[0], years };
  };
  return [
    {
      country: area.slice(0, 2),
      area,
      gender,
      measure: 'births',
      total_count: listed.reduce((sum, { count }) => sum + (count ?? 0), 0),
      first_listed: listed[0]?.year,
      last_listed: listed.at(-1)?.year,
      years_listed: listed.length,
      years_withheld: listed.filter(({ count }) => count === null).length,
      years_published: yearsOf(area, gender).length,
      peaks_from: area.startsWith('US') ? 1937 : null,
      peak_count: best(Math.max, 'count'),
      peak_rank: best(Math.min, 'rank'),
      peak_rank_published: best(Math.min, 'printed'),
      quality: 'exact',
    },
  ];
}

test('the gender of a name adds up the counts of the chosen years', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyName,
      anyScope,
      fc.integer({ min: 1990, max: 2012 }),
      async (name, { codes, ...scope }, from) => {
        const { body } = await answers.ask(`/v1/names/${encodeURIComponent(name)}/gender`, {
          ...scope,
          year_from: from,
        });
        const total = (gender: string): number =>
          codes
            .flatMap((area) => byName.get(`${area} ${gender} ${nameKey(name)}`) ?? [])
            .filter(({ year }) => year >= from)
            .reduce((sum, { count }) => sum + (count ?? 0), 0);
        assert.equal(body.data.female_count, total('F'));
        assert.equal(body.data.male_count, total('M'));
        assert.equal(body.data.label === 'unknown', total('F') + total('M') === 0);
        assert.equal(body.data.skew_corrected, false);
      },
    ),
    { numRuns: 80 },
  );
});

const SEARCHES = [
  'zoe',
  'Zoë',
  'ZOE',
  'anna',
  'An',
  'o’neil',
  'oneil',
  'jeanpierre',
  'Jean Pierre',
  'jean-pierre',
  'strauss',
  'a',
  'mü',
  'mue',
  'ан',
  '美',
  '𐐨',
  'ria',
  'ghost',
  'x',
  "'",
  'ß',
  'stjohn',
];

test('a search finds the most exact first, then the most used, and nothing that is deleted', async () => {
  await db.pool.run(
    'recentUse',
    sql`
      CREATE TABLE recent_use AS
      SELECT key, sum(count) AS births
      FROM (SELECT *, dense_rank() OVER (PARTITION BY area, gender ORDER BY year DESC) AS age FROM flat) AS aged
      WHERE area = country AND age <= 10 GROUP BY key`,
  );
  for (const q of SEARCHES) {
    for (const country of [undefined, ['GB'], ['US', 'ZZ']]) {
      const folds = searchFolds(q);
      const expected = await db.pool.many(
        'searchByOracle',
        sql`
          WITH wanted AS (SELECT DISTINCT key, fold, compact FROM flat), matched AS (
            SELECT key, CASE
              WHEN key = ${nameKey(q)} THEN 1
              WHEN fold = ANY (${folds}::text[]) THEN 2
              WHEN compact = ANY (${folds.map(compactKey)}::text[]) THEN 3
              WHEN EXISTS (SELECT FROM unnest(${folds}::text[]) part WHERE starts_with(fold, part)) THEN 4
              WHEN EXISTS (SELECT FROM unnest(${folds}::text[]) part WHERE strpos(fold, part) > 0) THEN 5 END AS kind
            FROM wanted
          ), found AS (
            SELECT m.key, m.kind, f.name, coalesce(sum(count), 0)::int AS total_count, max(year) AS last_year,
                   coalesce(sum(count) FILTER (WHERE gender = 'F'), 0)::int AS female_count,
                   coalesce(sum(count) FILTER (WHERE gender = 'M'), 0)::int AS male_count,
                   array_agg(DISTINCT country ORDER BY country) AS countries
            FROM matched m JOIN flat USING (key) JOIN first_spellings f USING (key)
            WHERE kind IS NOT NULL AND area = country AND (country = ANY (${country ?? ['US', 'GB', 'ZZ']}::text[]))
            GROUP BY m.key, m.kind, f.name
          )
          SELECT name, (ARRAY['exact', 'accents', 'compact', 'prefix', 'contains'])[kind] AS match_type,
                 total_count, female_count, male_count, last_year, countries
          FROM found LEFT JOIN recent_use USING (key) ORDER BY kind, coalesce(births, 0) DESC, name LIMIT 100`,
      );
      const { body } = await answers.ask('/v1/names/search', { q, country, limit: 100 });
      assert.deepEqual(body.data, expected, `${q} in ${country?.join() ?? 'all countries'}`);
    }
  }
});
