import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '#platform/errors.ts';
import { runOver } from '#test/support/operation-run.ts';
import { join } from './join.ts';

const CSV = { format: 'csv', separator: ',', quote: '"', encoding: 'utf-8' } as const;
const cell = fc.constantFrom('', 'a', 'A', 'b', 'é', ' ', ',"', 'long '.repeat(8));
const anyRows = fc.array(fc.tuple(cell, cell), { maxLength: 12 });
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const plain = (text: string): string => (/[,"]/.test(text) ? quoted(text) : text);

test('every kind of join is that of two nested loops', async () => {
  const anyKind = fc.constantFrom('inner', 'left', 'semi', 'anti');
  await fc.assert(
    fc.asyncProperty(
      anyRows,
      anyRows,
      anyKind,
      fc.constantFrom('text', 'caseless'),
      async (left, right, kind, compare) => {
        const lines = left.map((cells) => cells.map(quoted).join(','));
        const second = `k,w\r\n${right.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('')}`;
        const options = { on: [{ column: 'k' }], kind, compare };
        const content = `k,v\n${lines.map((line) => `${line}\n`).join('')}`;
        const end = await runOver(join, options, { content, input: CSV }, { content: second, input: CSV });

        const fold = (text: string): string => (compare === 'text' ? text : text.toLowerCase());
        const expected = left.flatMap(([key], at) => {
          const matches = key === '' ? [] : right.filter(([other]) => fold(other) === fold(key));
          const line = lines[at] ?? '';
          if (kind === 'semi' || kind === 'anti')
            return matches.length > 0 === (kind === 'semi') ? [line] : [];
          if (matches.length === 0) return kind === 'left' ? [`${line},`] : [];
          return matches.map(([, w]) => `${line},${plain(w)}`);
        });
        const header = kind === 'semi' || kind === 'anti' ? 'k,v' : 'k,v,w';
        assert.equal(end.bytes.toString(), [header, ...expected].map((line) => `${line}\n`).join(''));
        assert.equal(end.outcome.recordsWritten, expected.length);
        assert.equal(end.report.accepted + end.report.skipped, left.length + right.length);
      },
    ),
    { numRuns: 10 },
  );
});

test('records that match very often are written bit by bit, whichever file they are in', async () => {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 10);
  const many = `k,v\n${`1,${'x'.repeat(300)}\n`.repeat(400)}`;
  const file = { content: many, input: CSV };
  const end = await runOver(join, { on: [{ column: 'k' }] }, file, file).finally(() => clearInterval(watch));
  assert.equal(end.outcome.recordsWritten, 160_000);
  assert.equal(end.result.size, 'k,v,second_v\n'.length + 160_000 * 604);
  // The result is read as a whole afterwards.
  assert.ok(most > 0 && most < end.result.size + 60e6, `${most} bytes of buffers`);
});

test('names that are taken get a prefix, chosen columns their order, and the first file its bytes', async () => {
  const { bytes } = await runOver(
    join,
    { on: [{ column: 'id', column2: 'code' }], columns: ['name', 'x', 'code'], prefix: 'c_', kind: 'left' },
    { content: '\uFEFFid;name;c_name;x\r\n007;"a";b; 1 \r\n7;c;d;2', input: { separator: ';' } },
    { content: 'code,name,x\n007,"semi;colon",é\n', input: { separator: ',' } },
  );
  assert.equal(
    bytes.toString(),
    '\uFEFFid;name;c_name;x;c_name_2;c_x;code\r\n007;"a";b; 1 ;"semi;colon";é;007\r\n7;c;d;2;;;\r\n',
  );
});

test('many records with several matches come in the order of both files', async () => {
  const first = Array.from({ length: 20_000 }, (_, at) => `${(at * 7919) % 5003},${at}`);
  const second = Array.from({ length: 10_006 }, (_, at) => `${at % 5003},w${at}`);
  const { bytes } = await runOver(
    join,
    { on: [{ column: 'k' }] },
    { content: `k,v\n${first.join('\n')}\n` },
    { content: `k,w\n${second.join('\n')}\n` },
  );
  const expected = first.flatMap((line) => {
    const key = Number(line.slice(0, line.indexOf(',')));
    return [`${line},w${key}\n`, `${line},w${key + 5003}\n`];
  });
  assert.ok(bytes.equals(Buffer.from(`k,v,w\n${expected.join('')}`)));
});

test('a join that would explode is refused before a pair of it is made', async () => {
  const content = `k,v\n${'a,1\n'.repeat(2000)}`;
  const error = await runOver(
    join,
    { on: [{ column: 'k' }], most_records: 3_999_999 },
    { content },
    { content },
  ).catch((failure: unknown) => failure);
  assert.ok(error instanceof AppError && error.code === 'too_many_records', String(error));
});

test('errors of both files are listed, what cannot be written too, and everything counts once', async () => {
  const end = await runOver(
    join,
    { on: [{ column: 'k' }] },
    { content: Buffer.from('k;v\na;\xE9\nb\nc;1\n', 'latin1'), input: { encoding: 'iso-8859-1' } },
    { content: 'k;w\na;日本\nb;2;3\nc;ok\nd;no match\n', filename: 'second.csv' },
  );
  assert.equal(end.bytes.toString('latin1'), 'k;v;w\nc;1;ok\n');
  const { accepted, skipped, rejected } = end.report;
  assert.deepEqual([end.recordsRead, accepted, skipped, rejected], [7, 2, 2, 3]);
  assert.deepEqual(
    end.errors.map(({ code }) => code),
    ['missing_cell', 'extra_cell', 'invalid_character'],
  );
});

test('keys and names are data to the database', async () => {
  const hostile = `k"; DROP TABLE lefts; --`;
  const { bytes } = await runOver(
    join,
    { on: [{ column: hostile, column2: `'` }], kind: 'inner' },
    { content: `${quoted(hostile)},v\n"'); DELETE FROM rights; --",1\n`, input: CSV },
    { content: `',"w"\n"'); DELETE FROM rights; --",2\n`, input: CSV },
  );
  assert.equal(bytes.toString(), `${quoted(hostile)},v,w\n"'); DELETE FROM rights; --",1,2\n`);
});
