import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { formReader } from './form-fields.ts';
import { Nullable, OneOf } from './schemas.ts';

const read = formReader(
  Type.Object({
    kind: OneOf(['a', 'b']),
    dry: Type.Optional(Type.Boolean()),
    most: Type.Optional(Type.Integer({ minimum: 0 })),
    share: Type.Optional(Type.Number({ maximum: 1 })),
    mapping: Type.Optional(Type.Record(Type.String(), Nullable(Type.String()))),
  }),
);

function fields(form: Readonly<Record<string, string | readonly string[]>>): Map<string, readonly string[]> {
  return new Map(Object.entries(form).map(([name, value]) => [name, [value].flat()]));
}

test('texts become what the schema asks for, empty ones are left out', () => {
  const form = { kind: ' a ', dry: 'true', most: '12', share: '0.5', mapping: '{"x": "y", "z": null}' };
  const values = { kind: 'a', dry: true, most: 12, share: 0.5, mapping: { x: 'y', z: null } };
  assert.deepEqual(read(fields(form)), values);
  assert.deepEqual(read(fields({ kind: 'b', dry: '', most: ' ', mapping: '' })), { kind: 'b' });
});

test('every wrong field is named', () => {
  const form = { dry: 'perhaps', most: '-1', share: '2', mapping: '[1]', other: 'x', kind: ['a', 'b'] };
  assert.throws(
    () => read(fields(form)),
    (error: { code: string; details: { field: string }[] }) => {
      assert.equal(error.code, 'invalid_request');
      const named = error.details.map(({ field }) => field);
      assert.deepEqual(named.sort(), ['dry', 'kind', 'mapping', 'most', 'other', 'share']);
      return true;
    },
  );
  assert.throws(() => read(new Map()), { code: 'invalid_request' });
  assert.throws(() => read(fields({ kind: 'a', mapping: '{' })), { code: 'invalid_request' });
});
