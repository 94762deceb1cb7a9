import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { newId } from '#platform/ids.ts';
import { createRowBuckets } from './row-buckets.ts';
import { countAt, lineAt, markAt, nameAt, type RowColumns, sliceAt } from './row-columns.ts';
import { createSliceRegistry } from './slice-registry.ts';

const anyRow = fc.record({
  area: fc.constantFrom(null, 'US-CA', 'US-TX', 'US-NY'),
  gender: fc.constantFrom('F' as const, 'M' as const),
  year: fc.integer({ min: 2000, max: 2003 }),
  name: fc.nat(50),
  count: fc.integer({ min: 1, max: 0x7fffffff }),
});

function rowsOf(bucket: RowColumns): string[] {
  return Array.from({ length: bucket.length }, (_, at) =>
    [sliceAt, nameAt, countAt, lineAt, markAt].map((numberAt) => numberAt(bucket, at)).join(' '),
  );
}

test('every row comes out once, whole groups together, in memory and by way of the disk', () => {
  fc.assert(
    fc.property(
      fc.array(anyRow, { maxLength: 300 }),
      fc.constantFrom(1, 7, 64, 1000),
      fc.constantFrom(4 as const, 5 as const),
      (rows, maxRows, width) => {
        const folder = join(tmpdir(), `affirm-buckets-${newId()}`);
        const registry = createSliceRegistry();
        const buckets = createRowBuckets(folder, width, maxRows);
        const added = rows.map(({ area, gender, year, name, count }, line) => {
          const slice = registry.find(0, area, gender, year);
          const mark = width === 5 ? count % 97 : 0;
          buckets.add(slice, name, count, line, mark);
          return [slice.index, name, count, line, mark].join(' ');
        });
        assert.equal(existsSync(folder), rows.length >= maxRows);
        const groupsSeen = new Map<string, number>();
        const found: string[] = [];
        let place = 0;
        for (const bucket of buckets.drain()) {
          found.push(...rowsOf(bucket));
          for (let at = 0; at < bucket.length; at++) {
            const { area, gender } = registry.slices[sliceAt(bucket, at)] as {
              area: string | null;
              gender: string;
            };
            const group = `${area} ${gender}`;
            assert.equal(groupsSeen.get(group) ?? place, place, 'a group in two buckets');
            groupsSeen.set(group, place);
          }
          place++;
        }
        buckets.discard();
        assert.deepEqual(found.sort(), added.sort());
        assert.equal(existsSync(folder), false);
      },
    ),
    { numRuns: 60 },
  );
});

test('more rows than one block or one read holds keep their order within a group', () => {
  const folder = join(tmpdir(), `affirm-buckets-${newId()}`);
  for (const maxRows of [1000, 1_000_000]) {
    const registry = createSliceRegistry();
    const buckets = createRowBuckets(folder, 4, maxRows);
    for (let line = 0; line < 150_000; line++)
      buckets.add(registry.find(0, null, 'F', 2000), line % 999, line, line, 0);
    const [bucket] = [...buckets.drain()] as [RowColumns];
    assert.equal(bucket.length, 150_000);
    for (let at = 0; at < bucket.length; at++) assert.equal(lineAt(bucket, at), at);
    buckets.discard();
  }
});
