import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fingerprintForm, fingerprintJson } from './fingerprint.ts';

const anyFields = fc.uniqueArray(
  fc.tuple(fc.string(), fc.array(fc.string(), { minLength: 1, maxLength: 3 })),
  {
    selector: ([name]) => name,
    maxLength: 5,
  },
);
interface Form {
  readonly filename: string;
  readonly sha256: string;
  readonly fields: [string, string[]][];
}

const anyForm: fc.Arbitrary<Form> = fc.record({
  filename: fc.string(),
  sha256: fc.string(),
  fields: anyFields,
});

test('forms have one fingerprint exactly when their parts are the same, in whatever order', () => {
  fc.assert(
    fc.property(anyForm, anyForm, (left, right) => {
      const print = printOf(left);
      const shuffled = left.fields
        .toReversed()
        .map(([name, values]): [string, string[]] => [name, values.toReversed()]);
      assert.equal(printOf({ ...left, fields: shuffled }), print);
      const isSame = partsOf(left) === partsOf(right);
      assert.equal(printOf(right) === print, isSame);
    }),
  );
});

function printOf({ fields, ...file }: Form): string {
  return fingerprintForm({ ...file, fields: new Map(fields) }).toString('hex');
}

/** All parts as one text, in one order. */
function partsOf({ filename, sha256, fields }: Form): string {
  const parts = fields.flatMap(([name, values]) => values.map((value) => JSON.stringify([name, value])));
  return JSON.stringify([filename, sha256, ...parts.sort()]);
}

test('JSON values have one fingerprint exactly when they are equal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      const print = fingerprintJson(left).toString('hex');
      assert.equal(print, fingerprintJson(JSON.parse(JSON.stringify(left, null, 2))).toString('hex'));
      const isSame = JSON.stringify(left) === JSON.stringify(right);
      if (!isSame && sorted(left) !== sorted(right)) {
        assert.notEqual(fingerprintJson(right).toString('hex'), print);
      }
    }),
  );
});

test('the order of names makes no difference, that of elements does', () => {
  const one = fingerprintJson({ a: 1, b: { c: [1, 2], d: null } });
  assert.deepEqual(fingerprintJson({ b: { d: null, c: [1, 2] }, a: 1 }), one);
  assert.notDeepEqual(fingerprintJson({ a: 1, b: { c: [2, 1], d: null } }), one);
});

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${sorted(each)}`);
  return `{${entries.sort().join()}}`;
}
