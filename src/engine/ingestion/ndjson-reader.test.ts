import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNdjsonReader } from './ndjson-reader.ts';

const LIMITS = { maxLineBytes: 250 };

/** Values of good lines; `code record:line field` for refused ones, in file order. */
const cases: Readonly<Record<string, { text: string | Buffer; read: readonly unknown[] }>> = {
  'an empty file': { text: '', read: [] },
  'one line without line end': { text: '{"a":1}', read: [{ a: 1 }] },
  'LF and CRLF': { text: '{"a":1}\n{"a":2}\r\n{"a":3}\r\n', read: [{ a: 1 }, { a: 2 }, { a: 3 }] },
  'a lone CR is a blank': { text: '{"a":\r1}\r', read: [{ a: 1 }] },
  'blank lines': { text: '\n \t\r\n{"a":1}\n\n{"a":2}\n  ', read: [{ a: 1 }, { a: 2 }] },
  'a byte-order mark at the start alone': {
    text: '\uFEFF{"a":1}\n\uFEFF{"a":2}',
    read: [{ a: 1 }, 'json_invalid 2:2'],
  },
  'blanks anywhere': { text: ' { "a" : [ 1 , 2 ] , "b" : { } } ', read: [{ a: [1, 2], b: {} }] },
  'all kinds of values': {
    text: '{"s":"é日😀","n":-1.5e3,"t":true,"f":false,"z":null,"e":[],"o":{"a":[{}]}}',
    read: [{ s: 'é日😀', n: -1500, t: true, f: false, z: null, e: [], o: { a: [{}] } }],
  },
  escapes: {
    text: String.raw`{"a\n":"\"\\\/\b\f\r\t\u00e9\ud83d\ude00"}`,
    read: [{ 'a\n': '"\\/\b\f\r\té😀' }],
  },
  'whole numbers keep every digit': {
    text: '{"a":9007199254740991,"b":9007199254740993,"c":-123456789012345678}',
    read: [{ a: 9007199254740991, b: 9007199254740993n, c: -123456789012345678n }],
  },
  'an absent name, null and an empty text are three things': {
    text: '{}\n{"a":null}\n{"a":""}',
    read: [{}, { a: null }, { a: '' }],
  },
  'names like those of every object': {
    text: '{"toString":1,"constructor":2,"hasOwnProperty":3}',
    read: [{ toString: 1, constructor: 2, hasOwnProperty: 3 }],
  },
  'no object': { text: '[1]\n1\n"a"\nnull\n{}', read: [...places('json_invalid', 4), {}] },
  'two objects in a line': { text: '{} {}\n{}\r{}', read: places('json_invalid', 2) },
  'an object over two lines': { text: '{"a":\n1}', read: places('json_invalid', 2) },
  'syntax errors': {
    text: '{"a":1,}\n{a:1}\n{"a" 1}\n{"a":01}\n{"a":"\t"}\n{"a":"\\x"}\n{"a":tru}\n{"a":[1}\n{"a":"b',
    read: places('json_invalid', 9),
  },
  'a name twice': { text: '{"a":1,"a":2}\n{"b":{"c":1,"\\u0063":2}}\n', read: places('json_invalid', 2) },
  'deep nesting': {
    text: `${nested(100)}
${nested(101)}`,
    read: [JSON.parse(nested(100)), 'json_invalid 2:2'],
  },
  'NUL and half surrogate pairs': {
    text: String.raw`{"a":"\u0000","b":1,"c":["x","\ud83d"]}` + '\n{"d":"\\\\u0000"}',
    read: ['invalid_character 1:1 a, invalid_character 1:1 c', { d: '\\u0000' }],
  },
  'a name that cannot be stored': {
    text:
      String.raw`{"\ud83d":1}` +
      String.raw`
{"a":{"\u0000":1}}`,
    read: ['invalid_character 1:1 \uFFFD', 'invalid_character 2:2 a'],
  },
  'invalid UTF-8 costs its line alone': {
    text: Buffer.from('{"a":"é"}\n{"a":"\xE9"}\n{"a":1}'.replace('é', '\xC3\xA9'), 'latin1'),
    read: [{ a: 'é' }, 'encoding_error 2:2', { a: 1 }],
  },
  'a line at the limit': { text: `{"a":"${'b'.repeat(242)}"}\r\n{}`, read: [{ a: 'b'.repeat(242) }, {}] },
  'a line beyond the limit': {
    text: `{}\n{"a":"${'b'.repeat(243)}"}\r\n{}`,
    read: [{}, 'line_too_long 2:2', {}],
  },
  'an endless line': { text: '['.repeat(1000), read: ['line_too_long 1:1'] },
};

describe('NDJSON:', () => {
  for (const [title, { text, read }] of Object.entries(cases)) {
    test(title, () => assert.deepEqual(readAll(Buffer.from(text)), read));
  }
});

test('__proto__ is a name like any other', () => {
  const [value] = readAll(Buffer.from('{"__proto__":{"a":1}}')) as [object];
  assert.deepEqual(Object.entries(value), [['__proto__', { a: 1 }]]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test('a syntax error says what is missing and where', () => {
  const messages: string[] = [];
  const reader = createNdjsonReader({
    limits: LIMITS,
    onRecord: ({ record }) => assert.fail(`record ${record} was read`),
    onError: ({ errors }) => messages.push(...errors.map(({ message }) => message)),
  });
  reader.push(Buffer.from('{"a":1 "b":2}\n{"a":1\n{"a":"\xC3\xA9\xE9"}', 'latin1'));
  reader.end();
  assert.deepEqual(messages, [
    'The line is not one JSON object: a comma or the closing brace is missing at byte 8 of the line. Correct its syntax.',
    'The line is not one JSON object: a comma or the closing brace is missing where the line ends. Correct its syntax.',
    'Byte 0xE9 at offset 29 is not valid utf-8. Save the file as UTF-8, or declare the encoding it is written in.',
  ]);
});

test('reading goes on in the middle of a file with the numbers of the whole', () => {
  const seen: number[][] = [];
  const reader = createNdjsonReader({
    limits: LIMITS,
    from: { byteOffset: 100, line: 8, record: 5 },
    onRecord: ({ record, lineStart, byteOffset, byteEnd }) =>
      seen.push([record, lineStart, byteOffset, byteEnd]),
    onError: ({ record }) => assert.fail(`record ${record} was refused`),
  });
  reader.push(Buffer.from('{}\r\n\n{"a":1}'));
  reader.end();
  assert.deepEqual(seen, [
    [5, 8, 100, 102],
    [6, 10, 105, 112],
  ]);
});

/** Arrays in an object, so many levels in all. */
function nested(levels: number): string {
  return `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
}

function places(code: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${code} ${index + 1}:${index + 1}`);
}

function readAll(text: Buffer): unknown[] {
  const read: unknown[] = [];
  const reader = createNdjsonReader({
    limits: LIMITS,
    onRecord: ({ value }) => read.push(value),
    onError: ({ errors, record, lineStart }) =>
      read.push(
        errors
          .map(({ code, field }) => `${code} ${record}:${lineStart}${field === null ? '' : ` ${field}`}`)
          .join(', '),
      ),
  });
  reader.push(text);
  reader.end();
  return read;
}
