/**
 * Wherever a file of the suites is cut into two chunks, it reads the same. With FUZZ_RUNS every file at every byte;
 * otherwise of long files the first records, each with the one after it, and the whole in single bytes.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dialect } from '#engine/ingestion/dialect.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { createNdjsonReader } from '#engine/ingestion/ndjson-reader.ts';
import { detect, readRecords, suiteFile, suiteFiles, withoutSuites } from '#test/support/csv-suites.ts';
import { isLongSearch } from '#test/support/fuzz.ts';

const FOLDERS = ['csv-spectrum/csvs', 'csv-test-data/csv', 'csvkit', 'csvlint', 'univocity', 'pollock/csv'];
const FIRST_RECORDS = 5;
const SHORT_BYTES = isLongSearch ? Infinity : 1024;

describe('cut anywhere, the same is read', { skip: withoutSuites }, () => {
  for (const folder of FOLDERS) {
    // The files of Pollock share most of their records.
    const seen = new Set<string>();
    test(folder, () => {
      for (const name of suiteFiles(folder).filter((file) => /\.(csv|tsv)(\.gz)?$/.test(file))) {
        const bytes = suiteFile(`${folder}/${name}`);
        const { dialect } = detect(bytes);
        for (const piece of piecesOf(bytes, dialect)) {
          const key = JSON.stringify([dialect, piece.toString('latin1')]);
          if (!seen.has(key)) assertSameAnywhere(piece, dialect, name);
          seen.add(key);
        }
        assert.deepEqual(readRecords(bytes, dialect, bytes.keys()), readRecords(bytes, dialect), name);
      }
    });
  }

  test('json-test-suite', () => {
    const all = suiteFiles('json-test-suite').map((name) => suiteFile(`json-test-suite/${name}`));
    for (const text of all.filter(({ length }) => length <= SHORT_BYTES)) {
      // A line before and after, so that a fault that leaves its line shows.
      const bytes = Buffer.concat([Buffer.from('{"a":1}\r\n{"b":'), text, Buffer.from('}\r\n{"c":3}')]);
      const whole = readLines(bytes, []);
      for (const cut of bytes.keys()) assert.deepEqual(readLines(bytes, [cut]), whole);
      assert.deepEqual(readLines(bytes, bytes.keys()), whole);
    }
  });
});

/** The whole file, or the first records of a long one, each with its line end and the record that follows. */
function piecesOf(bytes: Buffer, dialect: Dialect): Buffer[] {
  if (bytes.length <= SHORT_BYTES) return [bytes];
  const starts = readRecords(bytes, dialect).map(({ byteOffset }) => byteOffset);
  return starts
    .slice(0, FIRST_RECORDS)
    .map((start, index) => bytes.subarray(start, starts[index + 2] ?? bytes.length));
}

function assertSameAnywhere(bytes: Buffer, dialect: Dialect, name: string): void {
  const whole = JSON.stringify(readRecords(bytes, dialect));
  for (const cut of bytes.keys()) {
    assert.equal(JSON.stringify(readRecords(bytes, dialect, [cut])), whole, `${name} cut at ${cut}`);
  }
}

function readLines(bytes: Buffer, cuts: Iterable<number>): unknown[] {
  const lines: unknown[] = [];
  const reader = createNdjsonReader({
    limits: DEFAULT_LIMITS,
    onRecord: ({ value, byteOffset, byteEnd }) => lines.push([value, byteOffset, byteEnd]),
    onError: ({ errors, byteOffset, byteEnd }) => lines.push([errors, byteOffset, byteEnd]),
  });
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(start, cut));
    start = cut;
  }
  reader.end();
  return lines;
}
