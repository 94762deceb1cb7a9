import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '#platform/errors.ts';
import { runOver } from '#test/support/operation-run.ts';
import type { AskedName } from './enrich/asked-names.ts';
import { enrich } from './enrich.ts';

/** Every answer tells what was asked. */
function answers(asked: AskedName[] = []) {
  return enrich(() => async (questions) => {
    asked.push(...questions);
    return questions.map(({ name, country }) => ({
      gender: name.startsWith('M') ? 'M' : null,
      label: country ?? 'all',
      femaleProbability: 0.25,
      interval: { low: 0.125, high: 0.5 },
      sampleSize: name.length,
      peakYear: 1999,
      rank: null,
      match: country === 'XX' ? 'country_unknown' : 'exact',
    }));
  });
}

const ADDED =
  'gender,gender_label,female_probability,interval_low,interval_high,sample_size,peak_year,rank,match_type';

test('columns are added behind each row, whose bytes and order stay', async () => {
  const { bytes, outcome } = await runOver(
    answers(),
    { name_column: 'name' },
    { content: 'id,name\r\n007,"Max"\n1e5, Ann \r\n"a\n""b",NULL' },
  );
  assert.equal(
    bytes.toString(),
    `id,name,${ADDED}\r\n007,"Max",M,all,0.25,0.125,0.5,3,1999,,exact\n1e5, Ann ,,all,0.25,0.125,0.5,5,1999,,exact\r\n"a\n""b",NULL,,all,0.25,0.125,0.5,4,1999,,exact`,
  );
  assert.equal(outcome.recordsWritten, 3);
  assert.deepEqual(outcome.details?.['matches'], { exact: 3 });
});

const letters = Array.from('abMé;,"\'\t |\n\r=+\u00A0\u{1F600}0');
const cell = fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
const anyTable = fc.record({
  separator: fc.constantFrom(',', ';', '\t', '|'),
  lineBreak: fc.constantFrom('\n', '\r\n'),
  encoding: fc.constantFrom('utf-8', 'utf-16le', 'windows-1252'),
  hasEnd: fc.boolean(),
  rows: fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 }),
});

test('without the added cells every table is the file that came, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(anyTable, async ({ separator, lineBreak, encoding, hasEnd, rows }) => {
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const lines = [['a', 'name', 'c'], ...rows].map((cells) => cells.map(quoted).join(separator));
      const text = lines.join(lineBreak) + (hasEnd ? lineBreak : '');
      const content = encoded(text, encoding);
      const input = { separator, encoding, quote: '"', format: 'csv' } as const;
      const end = await runOver(answers(), { name_column: 'name', prefix: 'x_' }, { content, input });
      assert.equal(end.recordsRead, rows.length);
      const added = `(?:${separator === '|' ? '\\|' : separator}[A-Za-z0-9_.]*){9}`;
      const restored = decoded(end.bytes, encoding).replaceAll(
        new RegExp(`"${added}(?=[\\r\\n]|$)`, 'g'),
        '"',
      );
      const expected = decoded(content, encoding);
      assert.equal(
        rows.length > 0 && !hasEnd && restored.endsWith(lineBreak)
          ? restored.slice(0, -lineBreak.length)
          : restored,
        expected,
      );
    }),
    { numRuns: 60 },
  );
});

function encoded(text: string, encoding: string): Buffer {
  if (encoding === 'utf-16le') return Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'utf-8'
    ? Buffer.from(text)
    : Buffer.from(text.replaceAll(/[^\0-\xFF]/gu, '?'), 'latin1');
}

function decoded(bytes: Buffer, encoding: string): string {
  return bytes.toString(encoding === 'utf-16le' ? 'utf16le' : encoding === 'utf-8' ? 'utf8' : 'latin1');
}

test('each distinct question is asked once, with its country and years', async () => {
  const asked: AskedName[] = [];
  const row = ['Ann,us,1985-03-01', 'Ann,,1985', 'Ann,us,1985', 'Ann,,x', 'Bo,us,2101', ',XX,'];
  const content = `name,land,born\n${`${row.join('\n')}\n`.repeat(30_000)}`;
  const { outcome } = await runOver(
    answers(asked),
    {
      name_column: 'name',
      country_column: 'land',
      country: 'GB',
      birth_year_column: 'born',
      birth_years_around: 2,
    },
    { content },
  );
  const years = { from: 1983, to: 1987 };
  const always = { from: undefined, to: undefined };
  assert.deepEqual(asked.slice(1), [
    { name: 'Ann', country: 'us', ...years },
    { name: 'Ann', country: 'GB', ...years },
    { name: 'Ann', country: 'GB', ...always },
    { name: 'Bo', country: 'us', ...always },
    { name: '', country: 'XX', ...always },
  ]);
  assert.deepEqual(outcome.details?.['matches'], { exact: 150_000, country_unknown: 30_000 });
});

test('a column whose name is taken is numbered, and the outcome says so', async () => {
  const { bytes, outcome } = await runOver(
    answers(),
    { name_column: 'gender' },
    { content: 'gender;gender_2;rank\nMax;1;2\n' },
  );
  const [header = ''] = bytes.toString().split('\n');
  assert.equal(
    header,
    `gender;gender_2;rank;${ADDED.replace('gender,', 'gender_3,').replace('rank,', 'rank_2,').replaceAll(',', ';')}`,
  );
  const columns = outcome.details?.['added_columns'] as Record<string, string>;
  assert.deepEqual(
    [columns['gender'], columns['rank'], columns['peak_year']],
    ['gender_3', 'rank_2', 'peak_year'],
  );
});

test('lines with errors are listed and kept in the rejects; the others have their answers', async () => {
  const end = await runOver(
    answers(),
    { name_column: 'name' },
    {
      content: Buffer.from('id,name\n1,Max\n2\n3,Ann,x\n4,\xFF\n5,Bo\n6,"Zo', 'latin1'),
      input: { encoding: 'utf-8' },
    },
  );
  assert.deepEqual([end.recordsRead, end.outcome.recordsWritten, end.report.rejected], [6, 2, 4]);
  assert.deepEqual(
    end.errors.map(({ code }) => code),
    ['missing_cell', 'extra_cell', 'encoding_error', 'unclosed_quote'],
  );
  assert.match(end.refused, /3,Ann,x/);
});

test('an unknown column, and an unknown country, are refused by name', async () => {
  const file = { content: 'id,name\n1,Max\n' };
  const refused = async (options: object, code: string): Promise<void> => {
    await assert.rejects(runOver(answers(), { ...options }, file), (error: unknown) => {
      assert.ok(error instanceof AppError);
      return error.code === code;
    });
  };
  await refused({ name_column: 'nome' }, 'unknown_column');
  await refused({ name_column: 'name', birth_year_column: 'born' }, 'unknown_column');
  await refused({ name_column: 'name', country: 'XX' }, 'country_unknown');
});
