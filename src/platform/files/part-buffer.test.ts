import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPartBuffer } from './part-buffer.ts';

const PART_BYTES = 128 * 1024;

test('whatever the pieces, the parts are full but for the last, and together the bytes that came', () => {
  const anyPieces = fc.array(fc.nat(100_000), { maxLength: 12 });
  fc.assert(
    fc.property(anyPieces, fc.boolean(), (lengths, givesBack) => {
      const buffer = createPartBuffer(PART_BYTES);
      const parts: Buffer[] = [];
      const take = (): void => {
        const part = buffer.take();
        parts.push(Buffer.from(part));
        // What was given back may be written over.
        if (givesBack) buffer.giveBack(part.fill(0xff));
      };
      const pieces = lengths.map((length, no) => Buffer.alloc(length, no + 1));
      for (const piece of pieces) {
        for (let start = 0; start < piece.length;) {
          const taken = buffer.fill(piece.subarray(start));
          if (taken === 0) take();
          start += taken;
        }
      }
      take();
      assert.ok(parts.slice(0, -1).every(({ length }) => length === PART_BYTES));
      assert.ok(Buffer.concat(parts).equals(Buffer.concat(pieces)));
    }),
    { numRuns: 50 },
  );
});

test('a part stays as it is until it is given back', () => {
  const buffer = createPartBuffer(PART_BYTES);
  const whole = Buffer.alloc(PART_BYTES, 'a');
  for (let start = 0; start < PART_BYTES;) start += buffer.fill(whole.subarray(start));
  assert.equal(buffer.fill(Buffer.from('b')), 0);
  const first = buffer.take();
  buffer.fill(Buffer.alloc(1000, 'b'));
  assert.ok(first.equals(whole));
  buffer.close();
  assert.ok(first.equals(whole));
});
