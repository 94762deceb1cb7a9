import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newestPage } from '#platform/http/newest-page.ts';
import { newestFirst, type Positioned } from '#platform/postgres/newest-first.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';

const { pool } = await testDatabase();
await pool.run('table', sql`CREATE TABLE listed (id uuid PRIMARY KEY, seen_at timestamptz NOT NULL)`);

interface Listed {
  readonly id: string;
}

const insert = (times: readonly string[]): Promise<number> =>
  pool.run(
    'insert',
    sql`INSERT INTO listed SELECT gen_random_uuid(), seen FROM unnest(${times}::timestamptz[]) AS given (seen)`,
  );

async function idsInOrder(): Promise<string[]> {
  const rows = await pool.many<Listed>('all', sql`SELECT id FROM listed ORDER BY seen_at DESC, id DESC`);
  return rows.map(({ id }) => id);
}

const page = (limit: number, cursor?: string): ReturnType<typeof newestPage<Listed>> =>
  newestPage({ limit, cursor }, (wanted) => {
    const { position, isBeyond, order } = newestFirst(wanted, sql`seen_at`);
    return pool.many<Positioned<Listed>>(
      'page',
      sql`SELECT id, ${position} FROM listed WHERE ${isBeyond} ${order}`,
    );
  });

/** Times that differ by microseconds, and many that do not. */
const anyTimes = fc.array(
  fc.nat(5).map((micros) => `2026-01-01T00:00:00.00000${micros}+02:00`),
  { minLength: 1, maxLength: 12 },
);

test('page by page each row comes once and in order, whatever is added meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(anyTimes, fc.integer({ min: 1, max: 5 }), async (times, limit) => {
      await pool.run('clear', sql`TRUNCATE listed`);
      await insert(times);
      const expected = await idsInOrder();
      const walked: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const { rows, nextCursor } = await page(limit, cursor);
        assert.ok(rows.length <= limit);
        walked.push(...rows.map(({ id }) => id));
        assert.deepEqual(Object.keys(rows[0] ?? {}), ['id']);
        await insert(['2026-01-02T00:00:00Z']);
        cursor = nextCursor;
      }
      assert.deepEqual(walked, expected);
    }),
    { numRuns: 50 },
  );
});

test('a cursor that no list made is refused', async () => {
  const foreign = Buffer.from('{"after":1}').toString('base64url');
  await assert.rejects(page(1, foreign), { code: 'invalid_cursor' });
});
