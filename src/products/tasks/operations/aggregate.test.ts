import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '#platform/errors.ts';
import { runOver } from '#test/support/operation-run.ts';
import { aggregate } from './aggregate.ts';

const CSV = { format: 'csv', separator: ',', quote: '"', encoding: 'utf-8' } as const;
const ALL = ['count', 'count_distinct', 'sum', 'mean', 'min', 'max'];

const group = fc.constantFrom('', 'a', 'A', 'é"', 'x,y', ' ', 'long '.repeat(9));
/** Hundredths, so that the oracle can add up in whole numbers. */
const anyRow = fc.tuple(group, group, fc.option(fc.integer({ min: -100_000, max: 100_000 })));

test('groups, counts and exact figures are those of a plain loop, in the order in which groups begin', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRow, { maxLength: 30 }), fc.subarray(['a', 'b']), async (rows, by) => {
      const lines = rows.map(
        ([a, b, n]) => `${[a, b, n === null ? '' : hundredths(n)].map(quoted).join(',')}\n`,
      );
      const compute = ALL.map((name) => ({ function: name, column: 'n' }));
      const options = { by, compute: [{ function: 'count', as: 'records' }, ...compute] };
      const end = await runOver(aggregate, options, { content: `a,b,n\n${lines.join('')}`, input: CSV });

      const groups = Map.groupBy(rows, ([a, b]) => JSON.stringify(by.map((name) => (name === 'a' ? a : b))));
      const expected = [...groups].map(([key, members]) => {
        const numbers = members.flatMap(([, , n]) => (n === null ? [] : [n]));
        const sum = numbers.reduce((left, right) => left + right, 0);
        const figures =
          numbers.length === 0
            ? ['', '', '', '']
            : [sum, sum / numbers.length, Math.min(...numbers), Math.max(...numbers)].map((n) => n / 100);
        return [...JSON.parse(key), members.length, numbers.length, new Set(numbers).size, ...figures];
      });
      const [header, ...found] = parse(end.bytes.toString());
      assert.deepEqual(header, [...by, 'records', ...ALL.map((name) => `${name}_n`)]);
      assert.deepEqual(
        found.map((cells) => cells.map(rounded)),
        expected.map((cells) => cells.map(rounded)),
      );
      assert.equal(end.report.accepted, rows.length);
    }),
    { numRuns: 8 },
  );
});

const hundredths = (n: number): string =>
  `${n < 0 ? '-' : ''}${Math.floor(Math.abs(n) / 100)}.${String(Math.abs(n) % 100).padStart(2, '0')}`;
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const rounded = (cell: unknown): string =>
  /^-?[\d.]+(e-\d+)?$/.test(String(cell)) ? Number(cell).toFixed(9) : String(cell);

function parse(text: string): string[][] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) =>
    [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, a, b]) => a?.replaceAll('""', '"') ?? b ?? '',
    ),
  );
}

test('sums are exact where binary numbers are not, and beyond what 64 and 128 bits hold', async () => {
  const content = `n\n${'0.1\n'.repeat(10)}999999999999999999.999999999999999999\n${'999999999999999999\n'.repeat(400)}-1e-18\n`;
  const options = {
    compute: ['sum', 'mean', 'min', 'max'].map((name) => ({ function: name, column: 'n', as: name })),
  };
  const { bytes } = await runOver(aggregate, options, { content, input: { separator: ',' } });
  assert.equal(
    bytes.toString(),
    'sum,mean,min,max\n400999999999999999600.999999999999999998,973300970873786406.79854368932,-0.000000000000000001,999999999999999999.999999999999999999\n',
  );
});

test('what is no number is listed, kept in the rejects and counted nowhere', async () => {
  const content = 'g;n\na;1\na;one\nb; 2 \nb;1,5\nc;\nc;1234567890123456789\n';
  const options = { by: ['g'], compute: [{ function: 'count' }, { function: 'sum', column: 'n' }] };
  const end = await runOver(aggregate, options, { content });
  assert.equal(end.bytes.toString(), 'g;count;sum_n\na;1;1\nb;1;2\nc;1;\n');
  assert.deepEqual(
    end.errors.map(({ code, value }) => [code, value]),
    [
      ['type_error', 'one'],
      ['type_error', '1,5'],
      ['number_out_of_range', '1234567890123456789'],
    ],
  );
  assert.deepEqual([end.recordsRead, end.report.accepted, end.report.rejected], [6, 3, 3]);
  assert.match(end.refused, /b;1,5/);
});

test('many groups in many shards keep the order of the file', async () => {
  const content = `g,n\n${Array.from({ length: 30_000 }, (_, at) => `${(at * 7919) % 10_007},1\n`).join('')}`;
  const options = {
    by: ['g'],
    compute: [{ function: 'count' }, { function: 'count_distinct', column: 'n' }],
  };
  const { bytes, outcome } = await runOver(aggregate, options, { content });
  const groups = Array.from(
    { length: 10_007 },
    (_, at) => `${(at * 7919) % 10_007},${at < 9986 ? 3 : 2},1\n`,
  );
  assert.equal(outcome.recordsWritten, 10_007);
  assert.equal(bytes.toString(), `g,count,count_distinct_n\n${groups.join('')}`);
});

test('columns and names are data to the database, and contradictions are refused', async () => {
  const hostile = `x"); DROP TABLE records; --`;
  const content = `${quoted(hostile)},n\n"'; DELETE FROM numbers",1\n`;
  const options = { by: [hostile], compute: [{ function: 'sum', column: 'n', as: `s' OR 1=1` }] };
  const { bytes } = await runOver(aggregate, options, { content, input: CSV });
  assert.equal(bytes.toString(), `${quoted(hostile)},s' OR 1=1\n'; DELETE FROM numbers,1\n`);
  for (const [compute, code] of [
    [[{ function: 'sum' }], 'options_contradict'],
    [[{ function: 'sum', column: 'n', as: hostile }], 'options_contradict'],
    [[{ function: 'sum', column: 'm' }], 'unknown_column'],
  ] as const) {
    const error = await runOver(aggregate, { by: [hostile], compute }, { content, input: CSV }).catch(
      (e: unknown) => e,
    );
    assert.ok(error instanceof AppError && error.code === code, String(error));
  }
});
