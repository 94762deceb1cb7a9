import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonBytes, type JsonBytes } from './json-bytes.ts';

function written(write: (to: JsonBytes) => void): unknown {
  return JSON.parse(jsonBytes(write).toString());
}

test('texts come back as they were, whatever is in them', () => {
  const unit = fc.constantFrom('a', ' ', '"', '\\', '\n', '\u0000', '\u007f', 'é', 'ł', '💐', '\ud800');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 200 }), (text) => {
      assert.deepEqual(
        written((to) => to.text(text)),
        JSON.parse(JSON.stringify(text)),
      );
      assert.deepEqual(
        written((to) => to.raw(JSON.stringify([text]))),
        JSON.parse(JSON.stringify([text])),
      );
    }),
  );
});

test('numbers are those that a serializer would write', () => {
  fc.assert(
    fc.property(fc.integer({ min: -5, max: 1_000_000_005 }), fc.maxSafeInteger(), (billionths, any) => {
      for (const whole of [billionths, any])
        assert.equal(
          written((to) => to.whole(whole)),
          whole,
        );
      assert.equal(
        written((to) => to.billionths(billionths)),
        billionths / 1e9,
      );
    }),
  );
  for (const edge of [0, 9, 10, 999_999_999, 1_000_000_000, 1e9 - 10])
    assert.equal(
      written((to) => to.billionths(edge)),
      edge / 1e9,
    );
});

test('an answer longer than any before it is whole, and what was taken does not change', () => {
  const first = 'x'.repeat(50);
  const taken = jsonBytes((to) => to.text(first));
  const long = Array.from({ length: 20_000 }, (_, at) => `é${at}`);
  const all = written((to) => {
    to.raw('[');
    for (const [at, each] of long.entries()) {
      if (at > 0) to.raw(',');
      to.text(each);
    }
    to.raw(']');
  });
  assert.deepEqual(all, long);
  assert.equal(taken.toString(), `"${first}"`);
});
