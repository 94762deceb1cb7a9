/** Every delimited file of the suites but Pollock, by detection alone, with csv-parse as oracle. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { detect, readRecords, suiteFile, suiteFiles, withoutSuites } from '#test/support/csv-suites.ts';

const FOLDERS = ['csv-spectrum/csvs', 'csv-test-data/csv', 'csvkit', 'csvlint', 'univocity'];

/** Files with records that are not well-formed: line and codes of each. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'csv-test-data/csv/bad-missing-quote.csv': ['2 unclosed_quote'],
  'csv-test-data/csv/bad-quotes-with-unescaped-quote.csv': ['2 stray_quote'],
  'csv-test-data/csv/bad-unescaped-quote.csv': ['2 stray_quote'],
  'csvlint/invalid_many_rows.csv': ['4 stray_quote'],
};

/** Files that are not UTF-8. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'csvkit/test_latin1.csv': 'windows-1252',
  'csvkit/test_utf16_big.csv': 'utf-16be',
  'csvkit/test_utf16_little.csv': 'utf-16le',
  'csvlint/invalid-byte-sequence.csv': 'windows-1252',
};

const PREAMBLES: Readonly<Record<string, number>> = { 'csvlint/title-row.csv': 1 };

describe('the files of the suites, by detection alone', { skip: withoutSuites }, () => {
  const paths = FOLDERS.flatMap((folder) => suiteFiles(folder).map((name) => `${folder}/${name}`));
  for (const path of paths.filter((name) => /\.(csv|tsv)(\.gz)?$/.test(name))) {
    test(path, () => {
      const bytes = suiteFile(path);
      const { dialect, preamble } = detect(bytes);
      assert.equal(dialect.encoding, ENCODINGS[path] ?? 'utf-8');
      assert.equal(preamble, PREAMBLES[path] ?? 0);

      const records = readRecords(bytes, dialect);
      const refused = records.filter(({ cells }) => cells === null);
      assert.deepEqual(
        refused.map(({ line, codes }) => `${line} ${codes.join(' ')}`),
        REFUSED[path] ?? [],
      );
      const theirs = (): string[][] =>
        parse(new TextDecoder(dialect.encoding).decode(bytes), {
          delimiter: dialect.separator,
          quote: dialect.quote,
          escape: dialect.quote ?? '',
          record_delimiter: ['\r\n', '\n', '\r'],
          relax_column_count: true,
          skip_empty_lines: true,
        });
      if (refused.length > 0) assert.throws(theirs);
      else
        assert.deepEqual(
          records.map(({ cells }) => cells),
          theirs(),
        );
    });
  }
});
