import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SliceRows } from '../read-model/pages.query.ts';
import { type ChangeKind, createRowComparison, type FindKeys } from './compare-rows.ts';

/** Ten names, each in two spellings: numbers 1 to 10 and 101 to 110. */
const KEYS = new Map(
  Array.from({ length: 10 }, (_, at) => at + 1).flatMap((no) =>
    [no, no + 100].map((number) => [number, `key ${no}`]),
  ),
);
const findKeys: FindKeys = (numbers) =>
  Promise.resolve(new Map(numbers.map((no) => [no, KEYS.get(no) ?? ''])));

/** One for all: nothing of a comparison is left for the next. */
const compareRows = createRowComparison(findKeys);

interface Listed {
  readonly number: number;
  /** 0: hidden. */
  readonly count: number;
}

const anyEdition = fc
  .uniqueArray(
    fc.record({
      name: fc.integer({ min: 1, max: 10 }),
      isLoud: fc.boolean(),
      count: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6 })),
    }),
    { selector: ({ name }) => name },
  )
  .map((names) =>
    names
      .map(({ name, isLoud, count }): Listed => ({ number: isLoud ? name + 100 : name, count }))
      .sort((a, b) => b.count - a.count || a.number - b.number),
  );

function rowsOf(edition: readonly Listed[]): SliceRows {
  return {
    numbers: Int32Array.from(edition, ({ number }) => number),
    counts: Int32Array.from(edition, ({ count }) => count),
  };
}

/** By key: what a reader with both lists in hand would write down. */
function expected(before: readonly Listed[], after: readonly Listed[]): string[] {
  const line = (kind: ChangeKind, one: Listed | undefined, other: Listed | undefined): string => {
    const rank = (list: readonly Listed[], listed: Listed | undefined): number =>
      !listed || listed.count === 0 ? 0 : 1 + list.filter(({ count }) => count > listed.count).length;
    return `${kind} ${one?.number} ${one?.count} ${rank(before, one)} ${other?.number} ${other?.count} ${rank(after, other)}`;
  };
  const find = (list: readonly Listed[], { number }: Listed): Listed | undefined =>
    list.find((each) => KEYS.get(each.number) === KEYS.get(number));
  return [
    ...after.flatMap((now) => {
      const former = find(before, now);
      if (!former) return [line('new', undefined, now)];
      return former.count === now.count ? [] : [line('revised', former, now)];
    }),
    ...before.flatMap((former) => (find(after, former) ? [] : [line('gone', former, undefined)])),
  ];
}

test('two editions differ where a reader finds them to differ, whatever the spelling', async () => {
  await fc.assert(
    fc.asyncProperty(anyEdition, anyEdition, async (before, after) => {
      const changes = await compareRows(rowsOf(before), rowsOf(after));
      const lines = changes.map(
        ({ kind, before: one, after: other }) =>
          `${kind} ${one?.number} ${one?.count} ${one?.rank ?? 0} ${other?.number} ${other?.count} ${other?.rank ?? 0}`,
      );
      assert.deepEqual(lines.sort(), expected(before, after).sort());
    }),
  );
});

test('an edition does not differ from itself', async () => {
  await fc.assert(
    fc.asyncProperty(anyEdition, async (edition) => {
      assert.deepEqual(await compareRows(rowsOf(edition), rowsOf(edition)), []);
    }),
  );
});

test('of names without counts, the ranks that an office prints are compared', async () => {
  const ranks = (list: readonly number[]): SliceRows => ({
    numbers: Int32Array.of(1, 2, 3),
    counts: new Int32Array(3),
    ranks: Int32Array.from(list),
  });
  const changes = await compareRows(ranks([1, 2, 3]), ranks([1, 3, 2]));
  assert.deepEqual(
    changes.map(({ kind, before, after }) => [kind, before?.number, before?.rank, after?.rank]),
    [
      ['revised', 2, 2, 3],
      ['revised', 3, 3, 2],
    ],
  );
});
