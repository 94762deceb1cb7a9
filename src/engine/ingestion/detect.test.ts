import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertText, detectDialect } from './detect-dialect.ts';
import { createEncodingDetector, type DetectedEncoding } from './detect-encoding.ts';
import type { Encoding } from './dialect.ts';

const NAMES = 'name;count\r\nJosé;12\r\nZoë;9\r\nBjörn;8\r\nŽofie;3\r\n';

describe('encoding', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
  const utf16 = Buffer.from(NAMES, 'utf16le');
  const cases: Readonly<
    Record<
      string,
      [text: Buffer, encoding: Encoding, reason: DetectedEncoding['reason'], declared?: Encoding]
    >
  > = {
    'nothing at all': [Buffer.alloc(0), 'utf-8', 'valid_utf8'],
    ASCII: [bytes('Mary,F,7065\r\n'), 'utf-8', 'valid_utf8'],
    'ASCII under a declared encoding': [bytes('Mary'), 'utf-8', 'valid_utf8', 'windows-1252'],
    'UTF-8': [Buffer.from(NAMES), 'utf-8', 'valid_utf8'],
    'a mark of UTF-8 before bytes that are none': [bytes('\xEF\xBB\xBFJos\xE9'), 'utf-8', 'byte_order_mark'],
    'a mark of UTF-16 LE': [Buffer.from(`\uFEFF${NAMES}`, 'utf16le'), 'utf-16le', 'byte_order_mark'],
    'a mark of UTF-16 BE': [Buffer.from(`\uFEFF${NAMES}`, 'utf16le').swap16(), 'utf-16be', 'byte_order_mark'],
    'UTF-16 LE without a mark': [utf16, 'utf-16le', 'nul_pattern'],
    'UTF-16 BE without a mark': [Buffer.from(utf16).swap16(), 'utf-16be', 'nul_pattern'],
    'a NUL byte in a short text': [bytes('a,b\n\0,c\n'), 'utf-8', 'valid_utf8'],
    'ASCII as UTF-16': [Buffer.from('a,b\n1,2', 'utf16le'), 'utf-16le', 'nul_pattern'],
    'a NUL byte in a text': [bytes(`a\0b,${'x'.repeat(100)}`), 'utf-8', 'valid_utf8'],
    'UTF-8 cut off in a character, being all': [
      Buffer.from('ZOË').subarray(0, 3),
      'windows-1252',
      'best_score',
    ],
    declared: [bytes('CHLO\xC9'), 'iso-8859-2', 'declared', 'iso-8859-2'],
    'windows-1252': [bytes('CHLO\xC9;Jos\xE9;father\x92s;\xA9'), 'windows-1252', 'best_score'],
    'windows-1250': [bytes('\x8Eofie;Kost\x9Dan;B\xF8ezov\xE1'), 'windows-1250', 'best_score'],
    'windows-1251': [
      bytes('\xC8\xE2\xE0\xED;\xCC\xE0\xF0\xE8\xFF;\xCE\xEB\xFC\xE3\xE0'),
      'windows-1251',
      'best_score',
    ],
    'koi8-r': [bytes('\xE9\xD7\xC1\xCE;\xED\xC1\xD2\xC9\xD1;\xEF\xCC\xD8\xC7\xC1'), 'koi8-r', 'best_score'],
    macintosh: [bytes('Jos\x8E;Zo\x91;Andr\x8E;Bj\x9Arn'), 'macintosh', 'best_score'],
  };
  for (const [title, [text, encoding, reason, declared]] of Object.entries(cases)) {
    test(title, () => {
      const detected = detect([text], declared);
      assert.deepEqual([detected.encoding, detected.reason], [encoding, reason]);
      assert.notEqual(detected.evidence, '');
    });
  }

  test('where the text is cut makes no difference', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(cases)),
        fc.nat(),
        fc.nat(),
        ([text, encoding, reason], one, other) => {
          const [first = 0, second = 0] = [one, other]
            .map((cut) => cut % (text.length + 1))
            .sort((a, b) => a - b);
          const detected = detect([
            text.subarray(0, first),
            text.subarray(first, second),
            text.subarray(second),
          ]);
          if (reason !== 'best_score' && reason !== 'declared') assert.equal(detected.encoding, encoding);
          else assert.notEqual(detected.reason, 'valid_utf8');
        },
      ),
    );
  });

  test('a sample may end within a character', () => {
    const text = Buffer.from('日本語');
    for (let end = 0; end <= text.length; end++) {
      const detector = createEncodingDetector();
      detector.push(text.subarray(0, end));
      assert.equal(detector.decide(false).encoding, 'utf-8');
    }
  });
});

describe('dialect', () => {
  const cases: Readonly<
    Record<string, [text: string, separator: string, quote: string | null, columns: number]>
  > = {
    comma: ['Mary,F,7065\nAnna,F,2604\n', ',', '"', 3],
    'semicolon with decimal commas': ['a;b;c\n1;2,1;x\n2;3,4;y\n', ';', '"', 3],
    tab: ['a\tb\n1,5\t2\n', '\t', '"', 2],
    bar: ['a|b|c\n1|2|3\n', '|', '"', 3],
    'one column': ['name\nMary\nAnna\n', ',', '"', 1],
    'separators in quotes': ['"a;b";"c"\n"d;e;f";"g"\n', ';', '"', 2],
    'single quotes': ["'a,b','c'\n'd','e'\n", ',', "'", 2],
    "names like O'Brien": ["O'Brien,3\nD'Arcy,5\n", ',', '"', 2],
    'a record with a stray quote': ['a,b\nc,d\n5" pipe,e\nf,g\n', ',', '"', 2],
    'quotes that mean nothing': ['a",b\nc",d\n', ',', null, 2],
    'stray quotes beside one that is right': ['a",b\nc",d\n"e",f\n', ',', '"', 2],
    'title and notes around the table': [
      'Names, 2020\n\nrank;name;count\n1;Jack;354\n2;Noah;299\n3;James;292\n© Crown\n',
      ';',
      '"',
      3,
    ],
  };
  for (const [title, [text, separator, quote, columns]] of Object.entries(cases)) {
    test(title, () => {
      const detected = detectDialect(Buffer.from(text), 'utf-8', true);
      assert.deepEqual(detected.dialect, { separator, quote, encoding: 'utf-8' });
      assert.equal(detected.evidence[0]?.columns, columns);
      assert.equal(detected.isTable, columns > 1);
    });
  }

  const tolerances: Readonly<Record<string, [text: string, found: object, preamble?: number]>> = {
    'quotes behind backslashes': ['a,b\n"5\\" pipe, long","c"\n"d","e"\n', { escape: 'backslash' }],
    'a backslash at the end of a cell': ['a,b\n"C:\\","c"\n"d ""e""",f\n', {}],
    'a backslash that explains one stray quote of two': ['a,b\n"\\"c",d\n"e"f,g\n"h",i\n', {}],
    'blanks before quotes': ['a, "b"\nc, "d, e"\nf, "g"\n', { skipsBlanks: true }],
    'blanks before quotes in one line alone': ['a,b\nc, "d"\ne,f\n', {}],
    'blanks and no quotes': ['a, b\nc, d\n', {}],
    'a title with separators': ['Names 2020,,\n,,\na,b,c\n1,2,3\n', {}, 2],
    'a title without': ['Names 2020\na,b,c\n1,2,3\n', {}, 1],
    'a first line that cannot be read, which may be the header': ['"a" b,c,d\n1,2,3\n4,5,6\n', {}],
    'a ragged header': ['a,b\n1,2,3\n4,5,6\n', {}],
    'a column alone': ['a\nb\nc\n', {}],
  };
  for (const [title, [text, found, preamble = 0]] of Object.entries(tolerances)) {
    test(title, () => {
      const detected = detectDialect(Buffer.from(text), 'utf-8', true);
      assert.deepEqual(detected.dialect, { separator: ',', quote: '"', encoding: 'utf-8', ...found });
      assert.equal(detected.preamble, preamble);
    });
  }

  test('UTF-16', () => {
    const text = Buffer.from("'a';'b'\n'c';'d'\n", 'utf16le');
    assert.deepEqual(detectDialect(text, 'utf-16le', true).dialect, {
      separator: ';',
      quote: "'",
      encoding: 'utf-16le',
    });
  });

  const binaries: Readonly<Record<string, Buffer>> = {
    'a PDF called text': Buffer.from('%PDF-1.4 plain letters only'),
    'random bytes': Buffer.from(
      Uint8Array.from({ length: 1000 }, (_, index) => (index * 97 + (index >> 3) * 31) & 0xff),
    ),
    'NUL bytes': Buffer.alloc(100),
  };
  for (const [title, bytes] of Object.entries(binaries)) {
    test(`${title}: no text`, () => {
      assert.throws(() => assertText(bytes, 'utf-8', 'names.csv'), {
        code: 'not_text',
        kind: 'unprocessable',
      });
    });
  }

  test('one NUL byte makes no binary file', () => {
    assert.doesNotThrow(() => assertText(Buffer.from('a,b\n\0,c\n'), 'utf-8', 'a.csv'));
  });
});

function detect(chunks: readonly Buffer[], declared?: Encoding): DetectedEncoding {
  const detector = createEncodingDetector(declared);
  for (const chunk of chunks) detector.push(chunk);
  return detector.decide(true);
}
