/** Delimited text of every dialect against csv-parse. `FUZZ_RUNS` says how long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type Dialect, SEPARATORS } from '#engine/ingestion/dialect.ts';
import { readRecords } from '#test/support/csv-suites.ts';
import { SEARCH } from '#test/support/fuzz.ts';

interface Written {
  readonly dialect: Dialect & { readonly quote: '"' | "'" };
  readonly rows: readonly (readonly string[])[];
  readonly bytes: Buffer;
}

const LINE_ENDS = ['\n', '\r\n', '\r'];
const LETTERS = [
  'a',
  'b',
  '0',
  'é',
  '日',
  '😀',
  '\uFFFD',
  '\uFEFF',
  '\0',
  ' ',
  '"',
  "'",
  '\\',
  ',',
  ';',
  '\t',
  '|',
  '\r',
  '\n',
];

const anyDialect = fc.record({
  separator: fc.constantFrom(...SEPARATORS),
  quote: fc.constantFrom<'"' | "'">('"', "'"),
  escape: fc.constantFrom<'quote' | 'backslash'>('quote', 'backslash'),
});
const anyCell = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 10, size: 'max' });
const anyRow = fc.array(fc.tuple(anyCell, fc.boolean()), { minLength: 1, maxLength: 6, size: 'max' });
const anyFile = fc
  .tuple(
    anyDialect,
    fc.array(fc.tuple(anyRow, fc.constantFrom(...LINE_ENDS, '\n\n', '\r\n\r\n')), {
      maxLength: 15,
      size: 'max',
    }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([dialect, lines, hasMark, endsWithLine]) => write(dialect, lines, hasMark, endsWithLine));
const anyCuts = fc.array(fc.nat(400), { maxLength: 6 });

test('well-formed files of every dialect are read as they were written, and as csv-parse reads them', () => {
  fc.assert(
    fc.property(anyFile, anyCuts, ({ dialect, rows, bytes }, cuts) => {
      const places = cuts.filter((cut) => cut < bytes.length).sort((one, other) => one - other);
      const ours = readRecords(bytes, dialect, places).map(({ cells }) => cells);
      assert.deepEqual(ours, rows);
      assert.deepEqual(ours, parseTheirs(bytes, dialect));
    }),
    SEARCH,
  );
});

test('what is read without a fault from any text, csv-parse reads alike', () => {
  const anyText = fc.string({
    unit: fc.constantFrom(...LETTERS.filter((letter) => letter !== '\uFEFF')),
    maxLength: 60,
    size: 'max',
  });
  fc.assert(
    fc.property(anyText, anyDialect, (text, dialect) => {
      // csv-parse takes no apostrophe for a letter, and a backslash before a quote outside of quotes for an escape.
      fc.pre(dialect.quote === '"' && dialect.escape === 'quote');
      const records = readRecords(Buffer.from(text), dialect);
      fc.pre(records.every(({ cells }) => cells !== null));
      assert.deepEqual(
        records.map(({ cells }) => cells),
        parseTheirs(Buffer.from(text), dialect),
      );
    }),
    SEARCH,
  );
});

test('a damaged byte changes only what stands behind it', () => {
  fc.assert(
    fc.property(anyFile, fc.nat(), fc.nat(255), ({ dialect, bytes }, place, byte) => {
      fc.pre(bytes.length > 3);
      const at = 3 + (place % (bytes.length - 3));
      const damaged = Buffer.from(bytes);
      damaged[at] = byte;
      const before = readRecords(bytes, dialect).filter(({ byteEnd }) => byteEnd < at);
      const after = readRecords(damaged, dialect);
      assert.deepEqual(after.slice(0, before.length), before);
    }),
    SEARCH,
  );
});

function parseTheirs(bytes: Buffer, { separator, quote, escape }: Written['dialect']): string[][] {
  return parse(bytes, {
    bom: true,
    delimiter: separator,
    quote,
    escape: escape === 'backslash' ? '\\' : quote,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
}

function write(
  dialect: Written['dialect'],
  lines: readonly (readonly [row: readonly (readonly [string, boolean])[], lineEnd: string])[],
  hasMark: boolean,
  endsWithLine: boolean,
): Written {
  const written = lines.map(([row, lineEnd], line) => {
    const cells = row.map(([cell, isQuoted]) => {
      const isEmptyLine = row.length === 1 && cell === '';
      return isQuoted || isEmptyLine || mustQuote(cell, dialect) ? inQuotes(cell, dialect) : cell;
    });
    const isLast = line === lines.length - 1;
    return cells.join(dialect.separator) + (isLast && !endsWithLine ? '' : lineEnd);
  });
  // Without one, a mark that is data would be taken for the mark of the file.
  const mark = hasMark || written[0]?.startsWith('\uFEFF') ? '\uFEFF' : '';
  return {
    dialect,
    rows: lines.map(([row]) => row.map(([cell]) => cell)),
    bytes: Buffer.from(mark + written.join('')),
  };
}

function mustQuote(cell: string, { separator, quote }: Written['dialect']): boolean {
  return [separator, quote, '\r', '\n', '\\'].some((letter) => cell.includes(letter));
}

function inQuotes(cell: string, { quote, escape }: Written['dialect']): string {
  const inner =
    escape === 'backslash'
      ? cell.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
      : cell.replaceAll(quote, quote + quote);
  return quote + inner + quote;
}
