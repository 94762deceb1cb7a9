import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { SEARCH } from '#test/support/fuzz.ts';
import { createNdjsonReader } from './ndjson-reader.ts';

interface Seen {
  readonly value: unknown;
  readonly codes: readonly string[];
  readonly place: readonly [record: number, line: number, start: number, end: number];
  readonly raw: string;
}

const LIMITS = { maxLineBytes: 40 };
const NO_LIMITS = { maxLineBytes: 1 << 20 };

const PIECES = [
  '{',
  '}',
  '{"a":',
  '"',
  '"b"',
  ':',
  ',',
  '[',
  ']',
  '1',
  '-0.5e1',
  'true',
  'null',
  ' ',
  '\r',
  '\n',
  '\r\n',
  '{}\n',
  '{"a":1}\n',
  '{"a":"\xC3\xA9"}\r\n',
  '\xC3',
  '\xEF\xBB\xBF',
  '\\u0000',
  '\\ud83d',
  '\\n',
  '\0',
];

const anyText = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed().replaceAll('\0', ''));
const { object: anyObject } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    anyText,
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(anyText, tie('value'), { maxKeys: 5, noNullPrototype: true }),
}));

/** Pieces that mean something to the reader in any order, and damaged JSON. */
const anyBytes = fc.oneof(
  fc
    .array(fc.constantFrom(...PIECES), { maxLength: 30, size: 'max' })
    .map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
  fc.tuple(fc.array(anyObject, { maxLength: 4 }), fc.nat(), fc.nat(255)).map(([objects, place, byte]) => {
    const bytes = Buffer.from(objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
    if (bytes.length > 0) bytes[place % bytes.length] = byte;
    return bytes;
  }),
);

test('whatever JSON.stringify writes is read again', () => {
  fc.assert(
    fc.property(fc.array(anyObject, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), (objects, lineEnd) => {
      const text = objects.map((object) => JSON.stringify(object) + lineEnd).join('');
      const seen = read(Buffer.from(text), [], NO_LIMITS);
      assert.deepEqual(
        seen.map(({ value }) => withDoubles(value)),
        objects,
      );
    }),
  );
});

test('a line is read exactly where JSON.parse reads an object, and alike', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      for (const { value, codes, raw } of read(bytes, [], NO_LIMITS)) {
        const line = Buffer.from(raw, 'latin1');
        const expected = parseObject(line);
        if (value !== undefined) assert.deepEqual(withDoubles(value), expected);
        else if (codes.includes('encoding_error')) assert.ok(!isUtf8(line));
        else if (codes.includes('invalid_character')) assert.match(raw, /\\u/);
        // JSON.parse lets a name repeat.
        else assert.ok(expected === undefined || countNames(expected) < raw.split(':').length - 1);
      }
    }),
    SEARCH,
  );
});

test('where a file is cut into chunks makes no difference to values, lines, offsets and bytes', () => {
  fc.assert(
    fc.property(anyBytes, fc.constantFrom(LIMITS, NO_LIMITS), (bytes, limits) => {
      const whole = read(bytes, [], limits);
      const everywhere = Array.from({ length: bytes.length }, (_, position) => position);
      for (const position of everywhere) assert.deepEqual(read(bytes, [position], limits), whole);
      assert.deepEqual(read(bytes, everywhere, limits), whole);
    }),
    { numRuns: 300 },
  );
});

test('every byte is part of one record, a line end, a blank line or the byte-order mark', () => {
  fc.assert(
    fc.property(anyBytes, fc.constantFrom(LIMITS, NO_LIMITS), (bytes, limits) => {
      let end = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
      for (const [index, { place, raw, codes }] of read(bytes, [], limits).entries()) {
        const [record, line, start, recordEnd] = place;
        assert.match(bytes.toString('latin1', end, start), /^[ \t\r\n]*$/);
        assert.equal(record, index + 1);
        assert.equal(line, bytes.toString('latin1', 0, start).split('\n').length);
        const shownEnd = codes.includes('line_too_long') ? start + limits.maxLineBytes : recordEnd;
        assert.equal(raw, bytes.toString('latin1', start, shownEnd));
        end = recordEnd;
      }
      assert.match(bytes.toString('latin1', end), /^[ \t\r\n]*$/);
    }),
    { numRuns: 500 },
  );
});

function parseObject(line: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** JSON.parse knows no bigint. */
function withDoubles(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withDoubles);
  // fromEntries defines __proto__, too.
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withDoubles(inner)]));
}

function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const names = Array.isArray(value) ? 0 : Object.keys(value).length;
  return names + Object.values(value).reduce((sum: number, inner) => sum + countNames(inner), 0);
}

function read(bytes: Buffer, cuts: readonly number[], limits: typeof LIMITS): Seen[] {
  const seen: Seen[] = [];
  const add = (value: unknown, codes: readonly string[], at: Parameters<typeof placeOf>[0]): void => {
    seen.push({ value, codes, ...placeOf(at) });
  };
  const reader = createNdjsonReader({
    limits,
    onRecord: (record) => add(record.value, [], record),
    onError: (refused) =>
      add(
        undefined,
        refused.errors.map(({ code }) => code),
        refused,
      ),
  });
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(start, cut));
    start = cut;
  }
  reader.end();
  return seen;
}

type Refused = Parameters<Parameters<typeof createNdjsonReader>[0]['onError']>[0];

function placeOf(at: Omit<Refused, 'errors'>): Pick<Seen, 'place' | 'raw'> {
  assert.equal(at.lineEnd, at.lineStart);
  return {
    place: [at.record, at.lineStart, at.byteOffset, at.byteEnd],
    raw: at.raw().toString('latin1'),
  };
}
