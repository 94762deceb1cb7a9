import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createJsonBytes, jsonPiece } from './json-bytes.ts';

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
const anyWhole = fc.oneof(fc.nat(), fc.nat(1000));

test('texts, parts, numbers and pieces are written as they are, however long', () => {
  const json = createJsonBytes();
  fc.assert(
    fc.property(fc.array(fc.tuple(anyText, anyWhole), { maxLength: 50 }), fc.nat(4000), (pairs, times) => {
      for (const [text, number] of pairs) {
        json.piece(jsonPiece('{"text":'));
        const bytes = Buffer.from(` ${JSON.stringify(text)} `);
        json.part(bytes, 1, bytes.length - 1);
        json.raw(',"number":');
        json.whole(number);
        json.raw('}\n');
      }
      json.raw(JSON.stringify('ä'.repeat(times)));
      const expected = pairs.map(([text, number]) => `${JSON.stringify({ text, number })}\n`).join('');
      assert.equal(json.take().toString(), `${expected}"${'ä'.repeat(times)}"`);
    }),
  );
});

test('billionths are the number that they are, without zeros at the end', () => {
  const json = createJsonBytes();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.nat(),
        fc.nat(2e6).map((number) => number * 1000),
      ),
      (billionths) => {
        json.billionths(billionths);
        const written = json.take().toString();
        assert.equal(Number(written), billionths / 1e9);
        assert.match(written, /^\d+(?:\.\d{0,8}[1-9])?$/);
      },
    ),
  );
});

test('what was taken stays as it is, and the next one begins anew', () => {
  const json = createJsonBytes();
  json.raw('"x"'.repeat(2_000_000));
  const first = json.take();
  json.whole(7);
  assert.equal(json.take().toString(), '7');
  assert.equal(first.length, 6_000_000);
  assert.equal(first.toString('latin1', 5_999_997), '"x"');
});
