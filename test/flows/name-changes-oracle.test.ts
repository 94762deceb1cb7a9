import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { createOracle } from '#test/support/names-oracle.ts';
import { loadSample } from '#test/support/names-sample.ts';

const db = await testDatabase();
const sample = await loadSample(db.pool, 41);
await createOracle(db.pool, sample.published);
const { ask } = await openAnswers(db.pool);

const slices = await db.pool.many<{ area: string; gender: 'F' | 'M'; year: number }>(
  'slices',
  sql`SELECT DISTINCT area, gender, year FROM flat ORDER BY area, gender, year`,
);

/** A name of one of two lists, ranked within each by window functions. */
interface Line {
  readonly name: string;
  readonly former_name: string | null;
  readonly is_later: boolean;
  readonly is_former: boolean;
  readonly count: number | null;
  readonly former_count: number | null;
  readonly rank: number | null;
  readonly former_rank: number | null;
}

function linesOf(area: string, gender: string, year: number, former: number): Promise<Line[]> {
  return db.pool.many<Line>(
    'linesOf',
    sql`
      WITH ranked AS (
        SELECT year, key, name, count,
               CASE WHEN count > 0 THEN rank() OVER (PARTITION BY year ORDER BY count DESC NULLS LAST)::int END AS rank
        FROM flat WHERE area = ${area} AND gender = ${gender} AND year IN (${year}, ${former})
      )
      SELECT now.name, before.name AS former_name, now.key IS NOT NULL AS is_later, before.key IS NOT NULL AS is_former,
             now.count, before.count AS former_count, now.rank, before.rank AS former_rank
      FROM (SELECT * FROM ranked WHERE year = ${year}) now
      FULL JOIN (SELECT * FROM ranked WHERE year = ${former}) before ON now.key = before.key`,
  );
}

const anyQuestion = fc.record({
  slice: fc.constantFrom(...slices),
  over: fc.integer({ min: 1, max: 4 }),
  minCount: fc.constantFrom(1, 20, 200),
});

test('movers, new and lost names are those of the rows', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(anyQuestion, async ({ slice: { area, gender, year }, over, minCount }) => {
      const lines = await linesOf(area, gender, year, year - over);
      // A list whose counts are all hidden is not compared.
      const hasBoth = lines.some(({ count }) => count) && lines.some(({ former_count: count }) => count);
      if (hasBoth) compared++;
      const query = { country: area.slice(0, 2), area, gender, year, over, min_count: minCount, limit: 1000 };
      const found = async (kind: string, extra: object = {}) => {
        const items: Record<string, unknown>[] = [];
        for (let cursor: string | undefined; ;) {
          const { body, status } = await ask(`/v1/statistics/${kind}`, { ...query, ...extra, cursor });
          assert.equal(status, 200, JSON.stringify(body));
          assert.equal(body.meta.comparisons[0].compared, hasBoth);
          items.push(...body.data);
          cursor = body.meta.next_cursor ?? undefined;
          if (cursor !== undefined) continue;
          assert.equal(body.meta.total, items.length);
          return items;
        }
      };
      const within = (count: number | null): boolean => hasBoth && (count ?? 0) >= minCount;
      assert.deepEqual(
        sorted((await found('new')).map(({ name, count, rank }) => [name, count, rank])),
        sorted(
          lines.flatMap((line) =>
            !line.is_former && within(line.count) ? [[line.name, line.count, line.rank]] : [],
          ),
        ),
      );
      assert.deepEqual(
        sorted(
          (await found('lost')).map((item) => [item['name'], item['previous_count'], item['previous_rank']]),
        ),
        sorted(
          lines.flatMap((line) =>
            !line.is_later && within(line.former_count)
              ? [[line.former_name, line.former_count, line.former_rank]]
              : [],
          ),
        ),
      );
      const movers = await found('movers', { sort: 'rank' });
      assert.deepEqual(
        sorted(movers.map((item) => [item['name'], item['rank_change'], item['count_change']])),
        sorted(
          lines.flatMap((line) => {
            const { count, former_count: before, rank, former_rank: formerRank } = line;
            if (!count || !before || !rank || !formerRank || !within(Math.max(count, before))) return [];
            return rank === formerRank ? [] : [[line.name, formerRank - rank, count - before]];
          }),
        ),
      );
      const moved = movers.map((item) => Math.abs(item['rank_change'] as number));
      assert.deepEqual(
        moved,
        moved.toSorted((a, b) => b - a),
      );
    }),
    { numRuns: 60 },
  );
  assert.ok(compared > 10, `only ${compared} pairs of lists`);
});

function sorted(lines: readonly unknown[][]): string[] {
  return lines.map((line) => JSON.stringify(line)).toSorted();
}
