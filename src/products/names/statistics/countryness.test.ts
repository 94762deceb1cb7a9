import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CountryUse, countryness, smoothedShare } from './countryness.ts';

const anyUse = fc
  .record({ count: fc.nat(10_000), hidden: fc.nat(50), total: fc.integer({ min: 20_000, max: 1e6 }) })
  .map(({ count, hidden, total }): CountryUse => ({ count, countAtMost: count + hidden, total }));
const anyUses = fc.array(anyUse, { minLength: 2, maxLength: 8 });

test('a name twice as frequent as elsewhere has a countryness of two, but for half a birth', () => {
  const uses = [
    { count: 2000, countAtMost: 2000, total: 100_000 },
    { count: 500, countAtMost: 500, total: 60_000 },
    { count: 900, countAtMost: 900, total: 80_000 },
  ];
  const [first] = countryness(uses);
  assert.ok(Math.abs((first?.ratio ?? 0) - 2000.5 / 100_000 / (1400.5 / 140_000)) < 1e-12);
  assert.deepEqual([first?.low, first?.high], [first?.ratio, first?.ratio]);
});

test('what is hidden moves the ends outwards, and the ratio lies between them', () => {
  fc.assert(
    fc.property(anyUses, (uses) => {
      for (const each of countryness(uses)) {
        assert.ok(each !== undefined && each.high !== null);
        assert.ok(each.low > 0 && each.low <= each.ratio && each.ratio <= each.high);
      }
    }),
  );
});

test('whatever the hidden counts truly are, the ratio stays within the ends', () => {
  fc.assert(
    fc.property(
      anyUses,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
      (uses, parts) => {
        const truth = uses.map(({ count, countAtMost, total }, at) => {
          const all = count + Math.floor(((countAtMost ?? 0) - count) * (parts[at] as number));
          return { count: all, countAtMost: all, total };
        });
        for (const [at, each] of countryness(uses).entries()) {
          const { ratio = 0 } = countryness(truth)[at] ?? {};
          assert.ok(ratio >= (each?.low ?? 0) * (1 - 1e-12) && ratio <= (each?.high ?? 0) * (1 + 1e-12));
        }
      },
    ),
  );
});

test('where the share is greatest the ratio is one at least', () => {
  fc.assert(
    fc.property(anyUses, (uses) => {
      const shares = uses.map(({ count, total }) => smoothedShare(count, total));
      const greatest = shares.indexOf(Math.max(...shares));
      assert.ok((countryness(uses)[greatest]?.ratio ?? 0) >= 1 - 1e-12);
    }),
  );
});

test('one country alone has none, and an unbounded count has no upper end', () => {
  const alone = { count: 5, countAtMost: 5, total: 100 };
  assert.deepEqual(countryness([alone]), [undefined]);
  const [open, other] = countryness([{ ...alone, countAtMost: null }, { ...alone }]);
  assert.deepEqual([open?.high, other?.low], [null, 0]);
});
