import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runOver } from '#test/support/operation-run.ts';
import { clean } from './clean.ts';

async function cleaned(content: string | Buffer, options: object): Promise<string> {
  return (await runOver(clean, { ...options }, { content })).bytes.toString();
}

const texts: readonly [object, string, string][] = [
  [{ trim: true }, '\u00A0 a  b ', 'a  b'],
  [{ collapse_blanks: true }, ' a \t b', ' a b'],
  [{ trim: true, collapse_blanks: true }, ' a \t b ', 'a b'],
  [{ unicode: 'NFC' }, 'Zoe\u0308', 'Zoë'],
  [{ unicode: 'NFKC' }, 'ﬁ', 'fi'],
  [{ case: 'upper' }, 'straße', 'STRASSE'],
  [{ case: 'title' }, "o'neil van DER berg-SMITH", "O'neil Van Der Berg-Smith"],
  [{ remove_controls: true }, 'a\u200Bb\u0007\uFEFFc', 'abc'],
  [{ nulls: ['NULL', 'n/a'], trim: true }, ' NULL ', ''],
];

for (const [options, text, expected] of texts) {
  test(`${JSON.stringify(options)} makes ${JSON.stringify(text)} ${JSON.stringify(expected)}`, async () => {
    assert.equal(
      await cleaned(`k,t\n 1 ,${text}\n`, { ...options, columns: ['t'] }),
      `k,t\n 1 ,${expected}\n`,
    );
  });
}

test('a changed cell keeps its quotes, and the cells beside it their bytes', async () => {
  assert.equal(
    await cleaned('a;b;c\r\n" x ";"1";y \n"q""q";" z""";""\r', { trim: true, columns: ['a', 'b'] }),
    'a;b;c\r\n"x";"1";y \n"q""q";"z""";""\r',
  );
});

test('ragged and blank records are refused, mended or left out as the options say', async () => {
  const content = 'a,b\n1\n1,2\n1,2,\n1,2,3\n ,\n';
  const plain = await runOver(clean, {}, { content });
  assert.equal(plain.bytes.toString(), 'a,b\n1,2\n ,\n');
  assert.deepEqual(
    plain.errors.map(({ code, line_start }) => [code, line_start]),
    [
      ['missing_cell', 2],
      ['extra_cell', 4],
      ['extra_cell', 5],
    ],
  );
  assert.match(plain.refused, /^_line,_errors,a,b\n2,"[^"]*",1\n4,"[^"]*",1,2,\n5,"[^"]*",1,2,3\n$/);
  const mended = await runOver(clean, { ragged_rows: 'mend', blank_rows: 'drop' }, { content });
  assert.equal(mended.bytes.toString(), 'a,b\n1,\n1,2\n1,2\n');
  assert.deepEqual(mended.report.skippedByReason, { blank: 1 });
  const dropped = await runOver(clean, { ragged_rows: 'drop' }, { content });
  assert.deepEqual([dropped.bytes.toString(), dropped.report.skipped], ['a,b\n1,2\n ,\n', 3]);
});

test('an encoding becomes another one, letters that it lacks are refused', async () => {
  const latin = Buffer.from('n\r\nZo\xEB\r\n', 'latin1');
  assert.equal(await cleaned(latin, { encoding: 'utf-8', line_breaks: 'LF' }), 'n\nZoë\n');
  const { bytes, report } = await runOver(
    clean,
    { encoding: 'utf-16le', byte_order_mark: true },
    { content: 'n\nŁ\n' },
  );
  assert.equal(bytes.toString('utf16le'), '\uFEFFn\nŁ\n');
  assert.equal(report.rejected, 0);
  const lost = await runOver(clean, { encoding: 'iso-8859-1' }, { content: 'n\nŁ\nö\n' });
  assert.deepEqual([lost.bytes.toString('latin1'), lost.report.rejected], ['n\n\xF6\n', 1]);
});

const letters = ['a', 'b', ' ', '"', ',', ';', '|', '\t', '\r', '\n', '0', '-'];
const cell = fc.string({ unit: fc.constantFrom(...letters, 'é', '€'), maxLength: 6 });
const anyFile = fc.record({
  rows: fc.array(fc.tuple(cell, cell, fc.boolean()), { minLength: 1, maxLength: 10 }),
  separator: fc.constantFrom(',', ';', '\t', '|'),
  lineBreaks: fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 3, maxLength: 3 }),
  encoding: fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'windows-1252'),
  hasMark: fc.boolean(),
  hasEnd: fc.boolean(),
});

test('what is not changed stays byte for byte: quotes, separators, line breaks, encoding, marks', async () => {
  await fc.assert(
    fc.asyncProperty(anyFile, async ({ rows, separator, lineBreaks, encoding, hasMark, hasEnd }) => {
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      // A quoted cell beside one in any of its forms.
      const lines = rows.map(([a, b, isQuoted]) =>
        [quoted(a), isQuoted || /["\r\n,;|\t]/.test(b) ? quoted(b) : b].join(separator),
      );
      const all = [`"a"${separator}b`, ...lines];
      const text = all
        .map((line, at) => (at === rows.length && !hasEnd ? line : line + lineBreaks[at % 3]))
        .join('');
      const content = encoded(text, encoding, hasMark);
      const input = { separator, encoding, quote: '"', format: 'csv' } as const;
      const end = await runOver(clean, { nulls: ['nothing like this'] }, { content, input });
      assert.deepEqual(end.bytes, content);
      assert.equal(end.report.accepted, rows.length);
    }),
    { numRuns: 80 },
  );
});

function encoded(text: string, encoding: string, hasMark: boolean): Buffer {
  const marked = hasMark && encoding !== 'windows-1252' ? `\uFEFF${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked);
  if (encoding === 'windows-1252') return Buffer.from(marked.replaceAll('€', '\x80'), 'latin1');
  const units = Buffer.from(marked, 'utf16le');
  return encoding === 'utf-16le' ? units : units.swap16();
}
