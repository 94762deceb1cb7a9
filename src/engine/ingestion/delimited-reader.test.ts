import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDelimitedReader } from './delimited-reader.ts';
import type { Dialect } from './dialect.ts';

const LIMITS = { maxLineBytes: 40, maxColumns: 4 };

interface Case {
  readonly text: string | Buffer;
  readonly dialect?: Partial<Dialect>;
  /** Cells of good records; `!code` lines for refused ones, in file order. */
  readonly read: readonly (readonly string[] | string)[];
}

const cases: Readonly<Record<string, Case>> = {
  'an empty file': { text: '', read: [] },
  'one line without line end': { text: 'a,b', read: [['a', 'b']] },
  LF: {
    text: 'a,b\nc,d\n',
    read: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  CRLF: {
    text: 'a,b\r\nc,d\r\n',
    read: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  CR: {
    text: 'a,b\rc,d\r',
    read: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  'mixed line ends': { text: 'a\r\nb\nc\rd', read: [['a'], ['b'], ['c'], ['d']] },
  'empty lines are passed over': { text: '\n\r\na\n\n\r\rb\r\n\r\n', read: [['a'], ['b']] },
  'a blank is a cell': { text: ' \na', read: [[' '], ['a']] },
  'empty cells': {
    text: ',\n,,\na,\n,a',
    read: [
      ['', ''],
      ['', '', ''],
      ['a', ''],
      ['', 'a'],
    ],
  },
  'a separator at the end of the file': { text: 'a,', read: [['a', '']] },
  tabs: { text: 'a\tb,c', dialect: { separator: '\t' }, read: [['a', 'b,c']] },
  'quoted cells': { text: '"a","b"\n"c"', read: [['a', 'b'], ['c']] },
  'an empty quoted cell is a record': { text: '""\n', read: [['']] },
  'doubled quotes': { text: '"a""b",""""\n"""a"""', read: [['a"b', '"'], ['"a"']] },
  'separators and line ends in quotes': { text: '"a,\r\nb\r",c\nd', read: [['a,\r\nb\r', 'c'], ['d']] },
  'another quote': { text: "'a,''b',\"c", dialect: { quote: "'" }, read: [["a,'b", '"c']] },
  'no quote at all': { text: '"a,b"\n', dialect: { quote: null }, read: [['"a', 'b"']] },
  'a stray quote': { text: 'a"b,c\nd', read: ['!stray_quote 1:1-1', ['d']] },
  'text after a closing quote': { text: '"a"b,"c\nd"\ne', read: ['!stray_quote 1:1-2', ['e']] },
  'stray quotes kept by declaration': {
    text: 'a"b,"c"d,"e"\n',
    dialect: { strayQuotes: 'keep' },
    read: [['a"b', '"c"d', 'e']],
  },
  'an apostrophe in a word is no stray quote': {
    text: "O'Neill,'d''Arcy, x'\n'a'b,c\n",
    dialect: { quote: "'" },
    read: [["O'Neill", "d'Arcy, x"], '!stray_quote 2:2-2'],
  },
  'quotes behind backslashes': {
    text: '"a\\"b\\\\",c\\d\n"","\\n"\n"a""b"\n"\\"',
    dialect: { escape: 'backslash' },
    read: [['a"b\\', 'c\\d'], ['', '\\n'], '!stray_quote 3:3-3', '!unclosed_quote 4:4-4'],
  },
  'blanks after separators': {
    text: ' a,  "b, c", d\n"e", \nf, ',
    dialect: { skipsBlanks: true },
    read: [
      [' a', 'b, c', 'd'],
      ['e', ''],
      ['f', ''],
    ],
  },
  'an unclosed quote runs to the end': { text: 'a\nb,"c\nd\n', read: [['a'], '!unclosed_quote 2:2-4'] },
  'an opening quote at the end': { text: 'a,"', read: ['!unclosed_quote 1:1-1'] },
  'a line beyond the limit': {
    text: `a\n${'b'.repeat(41)}\nc`,
    read: [['a'], '!line_too_long 2:2-2', ['c']],
  },
  'a line at the limit': { text: `${'b'.repeat(40)}\r\nc`, read: [['b'.repeat(40)], ['c']] },
  'a quoted cell beyond the limit ends at a line end': {
    text: `a\n"b\n${'c'.repeat(50)}\nd,"\ne"`,
    read: [['a'], '!line_too_long 2:2-3', ['d', '\ne']],
  },
  'an endless line': { text: 'a'.repeat(1000), read: ['!line_too_long 1:1-1'] },
  'too many cells': { text: 'a,b,c,d,e\nf', read: ['!too_many_columns 1:1-1', ['f']] },
  'as many cells as allowed': { text: 'a,b,c,d\n', read: [['a', 'b', 'c', 'd']] },
  'UTF-8': {
    text: 'José,Zoë\n"Ødegård",日本',
    read: [
      ['José', 'Zoë'],
      ['Ødegård', '日本'],
    ],
  },
  'a byte-order mark': { text: '\uFEFFa,b\n\uFEFFc', read: [['a', 'b'], ['\uFEFFc']] },
  'a replacement character that really is there': { text: 'a\uFFFDb', read: [['a\uFFFDb']] },
  'invalid UTF-8 costs its record alone': {
    text: Buffer.from('a\nCHLO\xC9,3\nb', 'latin1'),
    read: [['a'], '!encoding_error 2:2-2', ['b']],
  },
  'all that is wrong with a record': {
    text: Buffer.from('\xC9,a"b,\xFF', 'latin1'),
    read: ['!encoding_error 1:1-1 stray_quote encoding_error'],
  },
  'windows-1252': {
    text: Buffer.from('CHLO\xC9,\x80\n', 'latin1'),
    dialect: { encoding: 'windows-1252' },
    read: [['CHLOÉ', '€']],
  },
  'ISO 8859-1': {
    text: Buffer.from('CHLO\xC9,\x80\n', 'latin1'),
    dialect: { encoding: 'iso-8859-1' },
    read: [['CHLOÉ', '\x80']],
  },
  'a byte that an 8-bit encoding lacks': {
    text: Buffer.from('a\n\xAA\n', 'latin1'),
    dialect: { encoding: 'windows-1253' },
    read: [['a'], '!encoding_error 2:2-2'],
  },
  'UTF-16 little-endian': {
    text: Buffer.from('\uFEFFa,é\r\n日,😀', 'utf16le'),
    dialect: { encoding: 'utf-16le' },
    read: [
      ['a', 'é'],
      ['日', '😀'],
    ],
  },
  'UTF-16 big-endian': {
    text: Buffer.from('\uFEFFa,é\r\n日,😀', 'utf16le').swap16(),
    dialect: { encoding: 'utf-16be' },
    read: [
      ['a', 'é'],
      ['日', '😀'],
    ],
  },
  'half a UTF-16 pair': {
    text: Buffer.from('a\n\uD83Db\nc', 'utf16le'),
    dialect: { encoding: 'utf-16le' },
    read: [['a'], '!encoding_error 2:2-2', ['c']],
  },
  'half a UTF-16 unit': {
    text: Buffer.from('a\0b', 'latin1'),
    dialect: { encoding: 'utf-16le' },
    read: ['!encoding_error 1:1-1'],
  },
};

describe('the reader reads', () => {
  for (const [title, { text, dialect, read }] of Object.entries(cases)) {
    test(title, () => {
      assert.deepEqual(readAll(Buffer.from(text), dialect), read);
    });
  }
});

test('an encoding error names byte and place', () => {
  const messages: string[] = [];
  const reader = createDelimitedReader({
    dialect: { separator: ',' },
    limits: LIMITS,
    onRecord: () => undefined,
    onError: ({ errors }) => messages.push(...errors.map(({ message }) => message)),
  });
  reader.push(Buffer.from('ab\n\uFFFDc\xE9', 'utf8').subarray(0, 7));
  reader.push(Buffer.from([0xe9]));
  reader.end();
  assert.equal(messages.length, 1);
  assert.match(messages[0] ?? '', /^Byte 0xE9 at offset 7 is not valid utf-8\./);
});

test('reading goes on in the middle of a file with the numbers of the whole', () => {
  const seen: number[][] = [];
  const reader = createDelimitedReader({
    dialect: { separator: ',' },
    limits: LIMITS,
    from: { byteOffset: 100, line: 8, record: 5 },
    onRecord: ({ record, lineStart, byteOffset }) => seen.push([record, lineStart, byteOffset]),
    onError: (refused) => assert.fail(`record ${refused.record} was refused`),
  });
  reader.push(Buffer.from('a\n\nb'));
  reader.end();
  assert.deepEqual(seen, [
    [5, 8, 100],
    [6, 10, 103],
  ]);
});

test('an empty cell in quotes is told from one without', () => {
  const seen: boolean[][] = [];
  const reader = createDelimitedReader({
    dialect: { separator: ',', strayQuotes: 'keep' },
    limits: LIMITS,
    onRecord: ({ cells, quoted }) => seen.push(cells.map((_, at) => quoted(at))),
    onError: ({ record }) => assert.fail(`record ${record} was refused`),
  });
  for (const text of [',""\n"",\n,\n"', '","a"\n"a"b,"c\nd",""']) reader.push(Buffer.from(text));
  reader.end();
  assert.deepEqual(seen, [
    [false, true],
    [true, false],
    [false, false],
    [true, true],
    [false, true, true],
  ]);
});

function readAll(text: Buffer, dialect: Partial<Dialect> = {}): (readonly string[] | string)[] {
  const read: (readonly string[] | string)[] = [];
  const reader = createDelimitedReader({
    dialect: { separator: ',', ...dialect },
    limits: LIMITS,
    onRecord: ({ cells }) => read.push([...cells]),
    onError: ({ errors, record, lineStart, lineEnd }) => {
      const [first = '', ...others] = errors.map(({ code }) => code);
      read.push([`!${first} ${record}:${lineStart}-${lineEnd}`, ...others].join(' '));
    },
  });
  reader.push(text);
  reader.end();
  return read;
}
