import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testDatabase } from '#test/support/database.ts';
import { inlineValues } from './literal.ts';
import { rawSql, sql } from './sql.ts';

const { pool } = await testDatabase();

test('a text arrives as it was, whatever it holds', async () => {
  const unit = fc.constantFrom("'", '\\', '"', '$1', '$$', ';', '--', '/*', '\n', 'é', '😀', 'a', ' ', 'E');
  await fc.assert(
    fc.asyncProperty(fc.string({ unit }), fc.string({ unit }), async (first, second) => {
      const statement = rawSql(inlineValues(sql`SELECT ${first} AS first, ${second} AS second`));
      assert.deepEqual(await pool.maybeOne('literals', statement), { first, second });
    }),
  );
});

test('numbers and booleans stand as themselves; other values and NUL are refused', () => {
  assert.equal(inlineValues(sql`${1.5} ${-3} ${true}`), '1.5 -3 true');
  assert.throws(() => inlineValues(sql`${null}`), /Not a value/);
  assert.throws(() => inlineValues(sql`${Number.NaN}`), /Not a value/);
  assert.throws(() => inlineValues(sql`${'a\0b'}`), { code: 'invalid_request' });
});
