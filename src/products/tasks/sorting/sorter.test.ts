import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { withDuckDb } from '#platform/duckdb/database.ts';
import { createSorter } from './sorter.ts';

const folder = mkdtempSync(join(tmpdir(), 'affirm-name-sorter-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const scratch = { scratchDir: folder, signal: new AbortController().signal };

const byte = fc.constantFrom(0, 1, 0x61, 0x7f, 0x80, 0xff);
const shortKey = fc.array(byte, { maxLength: 8 }).map((bytes) => Buffer.from(bytes));
const longKey = fc
  .tuple(fc.constantFrom(60, 64, 70), shortKey)
  .map(([size, end]) => Buffer.concat([Buffer.alloc(size, 'x'), end]));
const record = fc.tuple(fc.oneof(shortKey, longKey), fc.uint8Array({ maxLength: 200 }));

test('records of many runs come in the order of their keys, equal ones as they came, and no run stays', async () => {
  await withDuckDb(scratch, async (db) => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 120 }), async (records) => {
        const sorter = createSorter({ db, folder, name: 'test', runBytes: 500 });
        for (const [key, bytes] of records) {
          sorter.add(key, bytes.subarray(0, 3), bytes.subarray(3));
          await sorter.settle();
        }
        const sorted: (readonly [Buffer, Buffer])[] = [];
        await sorter.merge(
          (bytes, key) => void sorted.push([Buffer.from(key), Buffer.from(bytes)]),
          () => Promise.resolve(),
        );
        const expected = records
          .map(([key, bytes]) => [key, Buffer.from(bytes)] as const)
          .sort(([a], [b]) => Buffer.compare(a, b));
        assert.deepEqual(sorted, expected);
        assert.deepEqual(
          readdirSync(folder).filter((name) => name.endsWith('.run')),
          [],
        );
      }),
      { numRuns: 25 },
    );
  });
});

test('an entry larger than a run, a block and all that was read before is whole', async () => {
  await withDuckDb(scratch, async (db) => {
    const sorter = createSorter({ db, folder, name: 'large', runBytes: 1000 });
    const sizes = [3_000_000, 10, 20_000, 600_000, 0];
    for (const size of sizes) {
      sorter.add(Buffer.alloc(size, 'k'), Buffer.alloc(size, 'r'));
      await sorter.settle();
    }
    const found: number[] = [];
    await sorter.merge(
      (bytes, key) => {
        assert.ok(bytes.every((letter) => letter === 0x72) && key.length === bytes.length);
        found.push(bytes.length);
      },
      () => Promise.resolve(),
    );
    assert.deepEqual(
      found,
      sizes.sort((a, b) => a - b),
    );
  });
});
