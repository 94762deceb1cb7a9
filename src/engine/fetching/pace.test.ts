import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPace } from './pace.ts';

const limits = { idleMs: 30_000, windowMs: 60_000, minBytesPerSecond: 1024 };
const step = fc.record({ bytes: fc.nat(200_000), waitedMs: fc.nat(29_999) });
const tooSlow = { code: 'url_too_slow' };

test('who sends 1 KiB every second may go on', () => {
  const pace = createPace(limits);
  for (let second = 0; second < 3600; second++) pace.came(1024, 1000);
});

test('a minute of less ends it, however much came before', () => {
  const pace = createPace(limits);
  pace.came(10 ** 9, 100);
  assert.throws(() => {
    for (let second = 0; second < 62; second++) pace.came(1000, 1000);
  }, tooSlow);
});

test('time that nobody waited does not count', () => {
  const pace = createPace(limits);
  for (let chunk = 0; chunk < 100_000; chunk++) pace.came(1, 0);
});

test('it is too slow only where bytes of a stretch of a minute and more are too few', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pace = createPace(limits);
      for (const [at, { bytes, waitedMs }] of steps.entries()) {
        try {
          pace.came(bytes, waitedMs);
        } catch {
          const stretches = steps.slice(0, at + 1).map((_, from) => steps.slice(from, at + 1));
          assert.ok(
            stretches.some((stretch) => {
              const ms = stretch.reduce((sum, each) => sum + each.waitedMs, 0);
              const sum = stretch.reduce((total, each) => total + each.bytes, 0);
              return ms >= limits.windowMs && sum < (limits.minBytesPerSecond * ms) / 1000;
            }),
          );
          return;
        }
      }
    }),
  );
});
