import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonHeader } from './sources-header.ts';

test('whatever stands in it, a header is ASCII, and reads back as far as there is room', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 100 });
  const anyItem = fc.tuple(anyText, anyText).map(([office, licence]) => ({ office, licence }));
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 60 }), (items) => {
      const header = jsonHeader(items);
      assert.match(header, /^[\x20-\x7E]*$/);
      assert.ok(header.length < 6000);
      const read = JSON.parse(header) as { more?: number }[];
      const more = read.at(-1)?.more ?? 0;
      const kept = more > 0 ? read.slice(0, -1) : read;
      assert.deepEqual(kept, items.slice(0, kept.length));
      assert.equal(kept.length + more, items.length);
    }),
    { numRuns: 50 },
  );
});
