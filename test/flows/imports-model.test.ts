import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rangesOf } from '#engine/imports/load-import.ts';
import type { OnConflict } from '#engine/imports/import-options.ts';
import { sql } from '#platform/postgres/sql.ts';
import { countsOf, importsScene } from './imports-scene.ts';

const scene = await importsScene(3);
await scene.worker({ pollIntervalMs: 50 });

interface User {
  readonly email: string;
  readonly username: string;
  readonly bio: string;
}

interface Sent {
  readonly records: readonly User[];
  readonly on_conflict: OnConflict;
  readonly mode: 'partial' | 'atomic';
  readonly dry_run: boolean;
}

const anyUser: fc.Arbitrary<User> = fc.record(
  {
    email: fc.constantFrom('a@x.org', 'b@x.org', 'c@x.org', 'd@x.org', 'e@x.org', 'bad'),
    username: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g h'),
    bio: fc.constantFrom('one', 'two'),
  },
  { noNullPrototype: true },
);

const anySent: fc.Arbitrary<Sent> = fc.record({
  records: fc.array(anyUser, { minLength: 1, maxLength: 8 }),
  on_conflict: fc.constantFrom<OnConflict>('error', 'skip', 'update'),
  mode: fc.constantFrom<'partial' | 'atomic'>('partial', 'partial', 'atomic'),
  dry_run: fc.constantFrom(false, false, true),
});

test('imports one after the other leave what a simple model says, and count it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anySent, { minLength: 1, maxLength: 3 }), async (imports) => {
      await scene.pool.run('clear', sql`TRUNCATE users CASCADE`);
      let rows: readonly User[] = [];
      for (const sent of imports) {
        const expected = model(rows, sent);
        const lines = sent.records.map(({ email, username, bio }) => `${email},${username},${bio}\n`);
        const { records: _, ...options } = sent;
        const { row } = await scene.load(`email,username,bio\n${lines.join('')}`, options);
        assert.deepEqual(countsOf(row), expected.counts);
        assert.equal(row.status, expected.status);
        rows = expected.rows;
        assert.deepEqual(await stored(), rows);
      }
    }),
    { numRuns: 25 },
  );
});

test('what is left to load is what is not loaded, whatever was loaded ahead', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 7 }),
      fc.option(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))),
      fc.integer({ min: 1, max: 60 }),
      (nextRecord, batch, ahead, records) => {
        const aheadFrom = ahead && nextRecord + ahead[0];
        const aheadTo = ahead && nextRecord + ahead[0] + ahead[1];
        fc.pre(records >= (aheadTo ?? 0));
        const left = rangesOf({ nextRecord, aheadFrom, aheadTo }, records, batch);
        const isAhead = (n: number): boolean =>
          aheadFrom !== null && n >= aheadFrom && n < (aheadTo as number);
        const numbers = left.flatMap(({ from, to }) =>
          Array.from({ length: to - from }, (_, at) => from + at),
        );
        const all = Array.from({ length: records }, (_, at) => at + 1);
        assert.deepEqual(
          numbers,
          all.filter((n) => n >= nextRecord && !isAhead(n)),
        );
        assert.ok(left.every(({ from, to }) => to > from && to - from <= batch));
      },
    ),
  );
});

/** created, updated, unchanged, skipped, refused, unprocessed; and the rows in the order of their creation. */
function model(
  before: readonly User[],
  { records, on_conflict, mode, dry_run }: Sent,
): { rows: readonly User[]; counts: number[]; status: string } {
  const isGood = ({ email, username }: User): boolean => email !== 'bad' && username !== 'g h';
  const refused = records.filter((record, at) => {
    if (!isGood(record)) return true;
    const earlier = records.slice(0, at);
    if (earlier.some(({ email, username }) => email === record.email || username === record.username))
      return true;
    const own = before.find(({ email }) => email === record.email);
    if (own && on_conflict === 'error') return true;
    if (own && on_conflict === 'skip') return false;
    return before.some((row) => row !== own && row.username === record.username);
  });
  if (mode === 'atomic' && refused.length > 0) {
    const counts = [0, 0, 0, 0, refused.length, records.length - refused.length];
    return { rows: before, counts, status: 'failed' };
  }
  const { rows, counts } = write();
  return { rows: dry_run ? before : rows, counts, status: 'completed' };

  function write(): { rows: readonly User[]; counts: number[] } {
    const counts = [0, 0, 0, 0, refused.length, 0];
    const count = (at: number): void => void (counts[at] = (counts[at] ?? 0) + 1);
    const rows = [...before];
    for (const record of records.filter((each) => !refused.includes(each))) {
      const at = before.findIndex(({ email }) => email === record.email);
      const own = before[at];
      if (!own) {
        rows.push(record);
        count(0);
      } else if (on_conflict === 'skip') count(3);
      else {
        rows[at] = record;
        count(own.bio === record.bio && own.username === record.username ? 2 : 1);
      }
    }
    return { rows, counts };
  }
}

function stored(): Promise<User[]> {
  return scene.pool.many('stored', sql`SELECT email, username, bio FROM users ORDER BY no`);
}
