import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deliveryDelay } from './delivery-delay.ts';

const HOUR_MS = 3_600_000;

/** When each attempt of a day begins, if none takes any time. */
function attemptsOfADay(random: () => number): number[] {
  const times = [0];
  for (;;) {
    const next = (times.at(-1) ?? 0) + deliveryDelay(times.length, random);
    if (next > 24 * HOUR_MS) return times;
    times.push(next);
  }
}

const anyRandom = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));

test('a receiver that was down for a minute is asked again before another one has passed', () => {
  fc.assert(
    fc.property(anyRandom, (numbers) => {
      const times = attemptsOfADay(() => numbers.next().value);
      assert.ok(
        times.some((time) => time > 60_000 && time <= 150_000),
        times.slice(0, 8).join(' '),
      );
    }),
  );
});

test('a receiver that is down for a day is asked 25 to 65 times, at least once an hour', () => {
  fc.assert(
    fc.property(anyRandom, (numbers) => {
      const times = attemptsOfADay(() => numbers.next().value);
      assert.ok(times.length >= 25 && times.length <= 65, String(times.length));
      assert.ok(times.every((time, at) => at === 0 || time - (times[at - 1] ?? 0) <= HOUR_MS));
    }),
  );
});

test('no number of attempts is too large', () => {
  assert.equal(
    deliveryDelay(5000, () => 1),
    HOUR_MS,
  );
});
