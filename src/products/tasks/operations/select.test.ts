import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOver } from '#test/support/operation-run.ts';
import { select } from './select.ts';

const content = 'id;name;note\r\n007;"Ada; L.";NULL\n1e5;Grace; x \r\n12;"Jo ""J""";""';

/** The records that stay under one condition, by their ids. */
async function idsWhere(condition: object): Promise<string[]> {
  const { bytes } = await runOver(select, { columns: ['id'], where: [condition] }, { content });
  return bytes.toString().trim().split(/\s+/).slice(1);
}

test('without options a file stays as it is, mixed line breaks and a missing last one too', async () => {
  const { bytes, outcome } = await runOver(select, {}, { content });
  assert.equal(bytes.toString(), content);
  assert.equal(outcome.recordsWritten, 3);
});

test('columns come in the order asked for, each with its quotes and blanks', async () => {
  const { bytes } = await runOver(
    select,
    { columns: ['note', 'name'], rename: { note: 'a;b' } },
    { content },
  );
  assert.equal(bytes.toString(), '"a;b";name\r\nNULL;"Ada; L."\n x ;Grace\r\n"";"Jo ""J"""\r\n');
});

test('excluded columns go, and an empty cell that is left alone is still a record', async () => {
  const { bytes } = await runOver(select, { exclude: ['b'] }, { content: 'a,b\n,1\nx,2\n' });
  assert.equal(bytes.toString(), 'a\n""\nx\n');
});

const conditions: readonly [object, string[]][] = [
  [{ column: 'id', is: 'equals', value: '7' }, []],
  [{ column: 'id', is: 'equals', value: '007' }, ['007']],
  [{ column: 'id', is: 'more', value: '11.5' }, ['1e5', '12']],
  [{ column: 'id', is: 'at_most', value: '12' }, ['007', '12']],
  [{ column: 'name', is: 'less', value: '9' }, []],
  [{ column: 'name', is: 'contains', value: 'ADA', ignore_case: true }, ['007']],
  [{ column: 'name', is: 'not_in', values: ['Grace', 'Ada; L.'] }, ['12']],
  [{ column: 'note', is: 'empty' }, ['12']],
  [{ column: 'note', is: 'starts_with', value: ' ' }, ['1e5']],
];

for (const [condition, ids] of conditions) {
  test(`${JSON.stringify(condition)} keeps ${JSON.stringify(ids)}`, async () => {
    assert.deepEqual(await idsWhere(condition), ids);
  });
}

test('a column that is not there, or there twice, is refused with those that are', async () => {
  await assert.rejects(runOver(select, { columns: ['nam'] }, { content }), {
    code: 'unknown_column',
    details: { field: 'options.columns', column: 'nam', columns: ['id', 'name', 'note'] },
  });
  await assert.rejects(runOver(select, { columns: ['a'] }, { content: 'a,a\n1,2\n' }), {
    code: 'ambiguous_column',
  });
  await assert.rejects(runOver(select, { columns: ['id'], exclude: ['id'] }, { content }), {
    code: 'options_contradict',
  });
});
