import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayName as shown } from '../spelling/display-name.ts';
import { compareCodePoints, nameKey } from '../spelling/name-keys.ts';
import { buildSlices, type Repeat, type RepeatRule } from './build-slices.ts';
import { createNameNumbers } from './name-numbers.ts';
import { appendRow, createRowColumns } from './row-columns.ts';
import { createSliceRegistry } from './slice-registry.ts';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly year?: number;
  readonly gender?: 'F' | 'M';
}

async function build(
  rows: readonly Row[],
  rule: RepeatRule = 'reject',
): Promise<{ slices: Record<string, string[]>; repeats: Repeat[] }> {
  const registry = createSliceRegistry();
  const names = createNameNumbers((spellings) =>
    Promise.resolve(Int32Array.from(spellings, (_, at) => 1000 - at)),
  );
  const columns = createRowColumns();
  rows.forEach(({ name, count, year = 2000, gender = 'F' }, at) => {
    appendRow(columns, registry.find(0, null, gender, year).index, names.of(name), count, at + 1, 0);
  });
  const table = await names.settle();
  const repeats: Repeat[] = [];
  const slices: Record<string, string[]> = {};
  for (const slice of buildSlices(columns, registry.slices, table, { repeats: rule }, (repeat) =>
    repeats.push(repeat),
  )) {
    const lines = Array.from(slice.names, (local, at) => `${table.published[local]} ${slice.counts[at]}`);
    slices[`${slice.draft.gender} ${slice.draft.year}`] = lines;
    assert.equal(slice.length, lines.length);
    assert.equal(
      slice.sum,
      slice.counts.reduce((sum, count) => sum + count, 0),
    );
  }
  return { slices, repeats };
}

test('a record that stands there twice is skipped', async () => {
  for (const rule of ['reject', 'sum'] as const) {
    const { slices, repeats } = await build(
      [
        { name: 'Anna', count: 9 },
        { name: 'Zoe', count: 7 },
        { name: 'Anna', count: 9 },
      ],
      rule,
    );
    assert.deepEqual(slices, { 'F 2000': ['Anna 9', 'Zoe 7'] });
    assert.deepEqual(
      repeats.map(({ name, line, firstLine, outcome }) => [name, line, firstLine, outcome]),
      [['Anna', 3, 1, 'skipped']],
    );
  }
});

test('a name with another count is refused with both lines, also in another spelling', async () => {
  const { slices, repeats } = await build([
    { name: "O'Neil", count: 9 },
    { name: 'Anna', count: 9 },
    { name: 'O\u2019NEIL', count: 8 },
  ]);
  assert.deepEqual(slices, { 'F 2000': ['Anna 9', "O'Neil 9"] });
  assert.deepEqual(
    repeats.map(({ name, count, line, firstLine, outcome }) => [name, count, line, firstLine, outcome]),
    [['O\u2019NEIL', 8, 3, 1, 'rejected']],
  );
});

test('where the office means an addition, the counts are added', async () => {
  const rows = [10, 5, 15].map((count) => ({ name: 'Anna', count }));
  const { slices, repeats } = await build(rows, 'sum');
  assert.deepEqual(slices, { 'F 2000': ['Anna 30'] });
  assert.deepEqual(
    repeats.map(({ outcome }) => outcome),
    ['summed', 'summed'],
  );
  const repeated = await build(
    [10, 5, 10, 5].map((count) => ({ name: 'Anna', count })),
    'sum',
  );
  assert.deepEqual(repeated.slices, { 'F 2000': ['Anna 15'] });
});

test('slices are in rank order: falling count, then name by code point', async () => {
  const anyRow = fc.record({
    name: fc.string({ unit: fc.constantFrom('A', 'b', 'é', '𐐨', 'Ａ', 'z'), minLength: 1, maxLength: 4 }),
    count: fc.constantFrom(5, 6, 7, 0x7fffffff),
    year: fc.constantFrom(1999, 2000),
    gender: fc.constantFrom('F' as const, 'M' as const),
  });
  const unique = fc.uniqueArray(anyRow, {
    maxLength: 60,
    selector: ({ name, year, gender }) => `${nameKey(name)} ${year} ${gender}`,
  });
  await fc.assert(
    fc.asyncProperty(unique, async (rows) => {
      const { slices } = await build(rows);
      const groups = Map.groupBy(rows, ({ gender, year }) => `${gender} ${year}`);
      for (const [id, ofSlice] of groups) {
        const sorted = ofSlice.toSorted(
          (a, b) => b.count - a.count || compareCodePoints(shown(a.name), shown(b.name)),
        );
        assert.deepEqual(
          slices[id],
          sorted.map(({ name, count }) => `${name} ${count}`),
        );
      }
      assert.deepEqual(Object.keys(slices), [...groups.keys()].sort());
    }),
    { numRuns: 200 },
  );
});
