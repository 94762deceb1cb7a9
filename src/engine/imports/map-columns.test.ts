import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plants } from '#test/support/plants.ts';
import {
  assertColumns,
  type ColumnMapping,
  fieldFinder,
  missingColumns,
  planColumns,
} from './map-columns.ts';

/** The field that each column was taken for, and the columns that were not. */
function planned(header: readonly string[], mapping: ColumnMapping | null = null) {
  const plan = planColumns(plants, header, fieldFinder(plants, mapping));
  const fields = plants.fields.flatMap(({ name }, at) => {
    const column = header[plan.places[at] ?? -1];
    return column === undefined ? [] : [`${column} → ${name}`];
  });
  return { plan, fields, unknown: plan.unknown };
}

test('case, blanks and punctuation of a column name do not count', () => {
  const { fields, unknown } = planned([' Code', 'GARDENER-ID', 'Seen At', 'ａｍｏｕｎｔ', 'Codex', '']);
  assert.deepEqual(fields, [
    ' Code → code',
    'ａｍｏｕｎｔ → amount',
    'Seen At → seen_at',
    'GARDENER-ID → gardener_id',
  ]);
  assert.deepEqual(unknown, ['Codex', '']);
});

test('a mapping goes before names, and what it passes over is not unknown', () => {
  const { fields, unknown } = planned(['sku', 'code', 'note'], { sku: 'code', note: null });
  assert.deepEqual(fields, ['sku → code']);
  assert.deepEqual(unknown, ['code']);
});

test('columns of a file of refused records are passed over', () => {
  const { fields, unknown } = planned(['_line', '_errors', '_raw', '_1', '_12', 'code', '_colour']);
  assert.deepEqual(fields, ['code → code']);
  assert.deepEqual(unknown, ['_colour']);
});

test('two columns for one field are refused', () => {
  assert.throws(() => planned(['code', 'CODE']), { code: 'duplicate_header' });
  assert.throws(() => planned(['a', 'b'], { a: 'code', b: 'code' }), { code: 'duplicate_header' });
});

test('a mapping to a field that does not exist is refused', () => {
  assert.throws(() => planned(['a'], { a: 'colour' }), {
    code: 'invalid_mapping',
    message: /"colour".*Its fields: id, code/,
  });
});

test('all that is missing is named at once; of a reference one column is enough', () => {
  const missing = (header: readonly string[]): string[] => missingColumns(plants, planned(header).plan);
  assert.deepEqual(missing(['note']), ['code', 'gardener_id or gardener']);
  assert.deepEqual(missing(['code', 'gardener']), []);
  assert.deepEqual(missing(['code', 'gardener_id']), []);
  assert.throws(() => assertColumns(plants, planned(['note']).plan, null, 'a.csv'), {
    kind: 'unprocessable',
    code: 'missing_columns',
    message: /^"a\.csv" has no column for code, gardener_id or gardener\./,
  });
});

test('a column that only the mapping knows is missing', () => {
  const mapping = { sku: 'code', pot: 'note' };
  const { plan } = planned(['sku', 'gardener'], mapping);
  assert.throws(() => assertColumns(plants, plan, mapping, 'a.csv'), {
    code: 'missing_columns',
    message: /that "a\.csv" does not have: pot\./,
  });
});
