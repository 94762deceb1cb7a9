/**
 * The Pollock benchmark of polluted files, by detection alone. What is not read as its clean version is listed with
 * line and code in pollock-refused.json; that file may only shrink: when something is read better, its lines go.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  detect,
  type ReadRecord,
  readRecords,
  suiteFile,
  suiteFiles,
  withoutSuites,
} from '#test/support/csv-suites.ts';

type Row = readonly string[];

const LISTED = JSON.parse(
  readFileSync(join(import.meta.dirname, 'pollock-refused.json'), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;
/** Never to be raised. */
const MOST_LISTED_FILES = 126;
const FILES = suiteFiles('pollock/csv');

describe('Pollock', { skip: withoutSuites }, () => {
  const source = FILES.length === 0 ? [] : cellsOf('pollock/csv/source.csv');
  const cleaned = new Set(suiteFiles('pollock/clean'));
  const count = { right: 0, restRight: 0, other: 0 };

  for (const name of FILES) {
    test(name, () => {
      const clean = cleaned.has(name) ? cellsOf(`pollock/clean/${name}`) : withoutPollutedRow(source, name);
      const records = tableOf(suiteFile(`pollock/csv/${name}`));
      const { found, missed } = compare(records, clean);
      if (found.length === 0 && missed === 0) count.right++;
      else if (!found.some((entry) => entry.endsWith('read_otherwise'))) count.restRight++;
      else count.other++;
      assert.deepEqual(found, LISTED[name] ?? []);
      // Of the row that is polluted nothing clean is known; all others are there, cell for cell.
      if (name.startsWith('row_')) assert.deepEqual([missed, found.length], [0, 1]);
      assert.ok(records.length >= clean.length, 'a record is lost in silence');
    });
  }

  test('how many are read right', (t) => {
    const { right, restRight, other } = count;
    t.diagnostic(
      `of ${FILES.length} files ${right} are read right by detection alone; of ${restRight} only what is polluted is refused; ${other} are read otherwise`,
    );
    assert.deepEqual(
      Object.keys(LISTED).filter((name) => !FILES.includes(name)),
      [],
    );
    assert.ok(right >= 14 && Object.keys(LISTED).length <= MOST_LISTED_FILES);
  });
});

/** The records from the header on; those of another width than the table are refused as an import refuses them. */
function tableOf(bytes: Buffer): ReadRecord[] {
  const { dialect, preamble, evidence } = detect(bytes);
  const columns = evidence[0]?.columns ?? 1;
  return readRecords(bytes, dialect)
    .slice(preamble)
    .map((record) => {
      if (record.cells === null || record.cells.length === columns) return record;
      return { ...record, codes: [record.cells.length < columns ? 'missing_cell' : 'extra_cell'] };
    });
}

/** What was found besides the clean rows, as ranges of lines with a code; and how many clean rows were not found. */
function compare(records: readonly ReadRecord[], clean: readonly Row[]): { found: string[]; missed: number } {
  const keys = clean.map((row) => JSON.stringify(row));
  const ranges: { first: number; last: number; code: string }[] = [];
  let from = 0;
  let matched = 0;
  for (const { line, cells, codes } of records) {
    const at = codes.length > 0 ? -1 : keys.indexOf(JSON.stringify(cells), from);
    if (at >= 0) {
      from = at + 1;
      matched++;
      continue;
    }
    const code = codes[0] ?? 'read_otherwise';
    const last = ranges.at(-1);
    if (last?.code === code && last.last === line - 1) last.last = line;
    else ranges.push({ first: line, last: line, code });
  }
  const found = ranges.map(
    ({ first, last, code }) => `${first === last ? first : `${first}-${last}`} ${code}`,
  );
  return { found, missed: clean.length - matched };
}

/** `row_more_sep_row10_col0.csv` differs from the source in its row 10; `source.csv` in none. */
function withoutPollutedRow(source: readonly Row[], name: string): readonly Row[] {
  const [, row] = /^row_(?:extra_quote|field_delimiter_|less_sep_row|more_sep_row)(\d+)_/.exec(name) ?? [];
  return row === undefined ? source : source.toSpliced(Number(row), 1);
}

function cellsOf(path: string): Row[] {
  return readRecords(suiteFile(path), { separator: ',' }).map(({ cells }) => cells ?? []);
}
