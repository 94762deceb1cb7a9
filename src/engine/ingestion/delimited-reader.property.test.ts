import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createDelimitedReader } from './delimited-reader.ts';
import { type Dialect, SEPARATORS } from './dialect.ts';

/** A record or a refusal as something to compare. */
interface Seen {
  readonly cells: readonly string[] | null;
  readonly codes: readonly string[];
  readonly record: number;
  readonly lines: readonly [number, number];
  readonly bytes: readonly [number, number];
  readonly raw: string;
}

const LIMITS = { maxLineBytes: 30, maxColumns: 5 };
const NO_LIMITS = { maxLineBytes: 1 << 20, maxColumns: 4096 };

const anySeparator = fc.constantFrom(...SEPARATORS);
const anyQuote = fc.constantFrom<'"' | "'">('"', "'");
const anyLineEnd = fc.constantFrom('\n', '\r\n', '\r');
const anyCell = fc.string({
  unit: fc.constantFrom('a', 'é', '日', '😀', '\uFFFD', ' ', '"', "'", ',', ';', '\t', '|', '\r', '\n'),
  maxLength: 8,
  size: 'max',
});
const anyTable = fc.array(fc.array(anyCell, { minLength: 1, maxLength: 5, size: 'max' }), {
  maxLength: 12,
  size: 'max',
});
/** Bytes that mean something to the reader, in any order, or any bytes at all. */
const anyBytes = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(
        fc.constantFrom(
          'a',
          'b',
          ',',
          ';',
          '"',
          '""',
          '\\',
          ' ',
          '\r',
          '\n',
          '\r\n',
          '\xC3\xA9',
          '\xC3',
          '\xEF\xBB\xBF',
          '\0',
        ),
        {
          maxLength: 60,
          size: 'max',
        },
      )
      .map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80, size: 'max' }).map((bytes) => Buffer.from(bytes)) },
);

test('whatever is formatted is read again, cell for cell, in every dialect', () => {
  fc.assert(
    fc.property(anyTable, anySeparator, anyQuote, anyLineEnd, (rows, separator, quote, lineEnd) => {
      const text = format(rows, { separator, quote }, lineEnd);
      const seen = read(text, { separator, quote }, [], NO_LIMITS);
      assert.deepEqual(
        seen.map(({ cells }) => cells),
        rows,
      );
    }),
  );
});

test('UTF-16 is read like UTF-8', () => {
  fc.assert(
    fc.property(
      anyTable,
      fc.constantFrom<'utf-16le' | 'utf-16be'>('utf-16le', 'utf-16be'),
      (rows, encoding) => {
        const text = format(rows, { separator: ',', quote: '"' }, '\r\n').toString();
        const units = Buffer.from(text, 'utf16le');
        const bytes = encoding === 'utf-16le' ? units : units.swap16();
        const seen = read(bytes, { separator: ',', encoding }, everyPosition(bytes), NO_LIMITS);
        assert.deepEqual(
          seen.map(({ cells }) => cells),
          rows,
        );
      },
    ),
  );
});

test('where a file is cut into chunks makes no difference to records, lines, offsets and bytes', () => {
  fc.assert(
    fc.property(anyBytes, anyDialect(), (bytes, dialect) => {
      const whole = read(bytes, dialect);
      for (const position of everyPosition(bytes)) assert.deepEqual(read(bytes, dialect, [position]), whole);
      assert.deepEqual(read(bytes, dialect, everyPosition(bytes)), whole);
    }),
    { numRuns: 300 },
  );
});

test('every byte is part of one record, a line end, an empty line or the byte-order mark', () => {
  fc.assert(
    fc.property(anyBytes, anyDialect(), (bytes, dialect) => {
      let end = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
      for (const seen of read(bytes, dialect)) {
        const [from, to] = seen.bytes;
        assert.match(bytes.toString('latin1', end, from), /^[\r\n]*$/);
        const kept = seen.codes.includes('line_too_long') ? from + LIMITS.maxLineBytes : to;
        assert.equal(seen.raw, bytes.toString('latin1', from, kept));
        end = to;
      }
      assert.match(bytes.toString('latin1', end), /^[\r\n]*$/);
    }),
    { numRuns: 1000 },
  );
});

test('lines are numbered as an editor numbers them', () => {
  fc.assert(
    fc.property(anyBytes, anyDialect(), (bytes, dialect) => {
      for (const { lines, bytes: range } of read(bytes, dialect)) {
        assert.deepEqual(lines, [lineAt(bytes, range[0]), lineAt(bytes, range[1])]);
      }
    }),
    { numRuns: 1000 },
  );
});

test('reading goes on at the end of any record as if it had never stopped', () => {
  fc.assert(
    fc.property(anyBytes, anyDialect(), fc.nat(), (bytes, dialect, choice) => {
      const whole = read(bytes, dialect);
      if (whole.length === 0) return;
      const index = choice % whole.length;
      const { record, lines, bytes: range } = whole[index] as Seen;
      // A byte-order mark is one only at the start of a file.
      const from = { record, line: lines[0], byteOffset: range[0] };
      assert.deepEqual(read(bytes.subarray(range[0]), dialect, [], LIMITS, from), whole.slice(index));
    }),
    { numRuns: 500 },
  );
});

test('a cut-off file never yields more records than the whole file', () => {
  fc.assert(
    fc.property(anyTable, anySeparator, fc.nat(), (rows, separator, cut) => {
      const text = format(rows, { separator, quote: '"' }, '\n');
      const truncated = text.subarray(0, cut % (text.length + 1));
      assert.ok(read(truncated, { separator }, [], NO_LIMITS).length <= rows.length);
    }),
  );
});

test('csv-parse reads the same from every well-formed file', () => {
  fc.assert(
    fc.property(anyTable, anySeparator, anyQuote, anyLineEnd, (rows, delimiter, quote, lineEnd) => {
      const text = format(rows, { separator: delimiter, quote }, lineEnd);
      const expected = parse(text, {
        delimiter,
        quote,
        escape: quote,
        relax_column_count: true,
        record_delimiter: lineEnd,
        skip_empty_lines: true,
      });
      const seen = read(text, { separator: delimiter, quote }, [], NO_LIMITS);
      assert.deepEqual(
        seen.map(({ cells }) => cells),
        expected,
      );
    }),
  );
});

function anyDialect(): fc.Arbitrary<Dialect> {
  return fc.record({
    separator: fc.constantFrom(',' as const, ';' as const),
    quote: fc.constantFrom('"' as const, "'" as const, null),
    escape: fc.constantFrom('quote' as const, 'backslash' as const),
    skipsBlanks: fc.boolean(),
    strayQuotes: fc.constantFrom('refuse' as const, 'keep' as const),
  });
}

function format(
  rows: readonly (readonly string[])[],
  { separator, quote }: Dialect,
  lineEnd: string,
): Buffer {
  const mark = quote ?? '';
  const written = rows.map((row) =>
    row.map((cell) => {
      const isPlain = !/[\r\n]/.test(cell) && !cell.includes(separator) && !cell.includes(mark);
      // An empty line would be no record.
      return isPlain && (row.length > 1 || cell !== '')
        ? cell
        : `${mark}${cell.replaceAll(mark, mark + mark)}${mark}`;
    }),
  );
  return Buffer.from(written.map((row) => row.join(separator) + lineEnd).join(''));
}

function everyPosition(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length }, (_, position) => position);
}

/** The physical line of a position: line ends before it, a CRLF being one. */
function lineAt(bytes: Buffer, position: number): number {
  const text = bytes.toString('latin1');
  const ends = [...text.matchAll(/\r\n|\r|\n/g)].filter(
    ({ index, 0: end }) => index + end.length <= position,
  );
  return 1 + ends.length;
}

function read(
  bytes: Buffer,
  dialect: Dialect,
  cuts: readonly number[] = [],
  limits = LIMITS,
  from = { byteOffset: 0, line: 1, record: 1 },
): Seen[] {
  const seen: Seen[] = [];
  const reader = createDelimitedReader({
    dialect,
    limits,
    from,
    onRecord: (record) => seen.push({ ...placeOf(record), cells: [...record.cells], codes: [] }),
    onError: (refused) =>
      seen.push({ ...placeOf(refused), cells: null, codes: refused.errors.map(({ code }) => code) }),
  });
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(start, cut));
    start = cut;
  }
  reader.end();
  return seen;
}

type Place = Parameters<Parameters<typeof createDelimitedReader>[0]['onError']>[0];

function placeOf(place: Omit<Place, 'errors'>): Omit<Seen, 'cells' | 'codes'> {
  return {
    record: place.record,
    lines: [place.lineStart, place.lineEnd],
    bytes: [place.byteOffset, place.byteEnd],
    raw: place.raw().toString('latin1'),
  };
}
