import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { genderLabel } from './gender-label.ts';
import { balancedCounts, type PerGender } from './balance.ts';
import { type CountryCounts, DEFAULT_GENDER_OPTIONS, genderProbability } from './gender-probability.ts';

/** names.md §4: Jeffreys, 95 %. */
const golden = [
  [3, 0, 0.875, 0.464417, 0.999849],
  [5, 0, 0.916667, 0.620623, 0.999907],
  [9, 1, 0.863636, 0.618685, 0.988988],
  [0, 7, 0.0625, 0.000068, 0.292436],
  [50, 50, 0.5, 0.403174, 0.596826],
  [95, 5, 0.945545, 0.8939, 0.980668],
  [1000, 10, 0.989614, 0.982508, 0.994898],
  [123_456, 789, 0.993646, 0.993196, 0.99408],
] as const;

for (const [f, m, mean, low, high] of golden) {
  test(`${f} girls and ${m} boys: ${mean} within ${low} and ${high}`, () => {
    const { femaleProbability, interval } = genderProbability([country({ F: f, M: m })]);
    assert.equal(rounded(femaleProbability), mean);
    assert.equal(rounded(interval?.low), low);
    assert.equal(rounded(interval?.high), high);
  });
}

const labels = {
  unknown: { F: 0, M: 0 },
  insufficient: { F: 9, M: 0 },
  female: { F: 100, M: 1 },
  male: { F: 1, M: 100 },
  mostly_female: { F: 95, M: 5 },
  mostly_male: { F: 5, M: 95 },
  unisex: { F: 50, M: 50 },
} as const;
const genders = {
  unknown: null,
  insufficient: null,
  female: 'F',
  male: 'M',
  mostly_female: 'F',
  mostly_male: 'M',
  unisex: null,
} as const;

for (const [label, counts] of Object.entries(labels)) {
  test(`${counts.F} girls and ${counts.M} boys are ${label}`, () => {
    const answer = genderProbability([country(counts)]);
    assert.equal(answer.label, label);
    assert.equal(answer.gender, genders[label as keyof typeof genders]);
  });
}

test('between 10 and 19 births an even name is insufficient, a leaning one is mostly', () => {
  assert.equal(genderProbability([country({ F: 10, M: 9 })]).label, 'insufficient');
  assert.equal(genderProbability([country({ F: 10, M: 10 })]).label, 'unisex');
  assert.equal(genderProbability([country({ F: 8, M: 2 })]).label, 'mostly_female');
});

test('a label starts exactly at its limit', () => {
  const at = (probability: number, low: number, high: number) =>
    genderLabel({ births: 20, probability, interval: { low, high } });
  assert.equal(at(0.95, 0.9, 1), 'female');
  assert.equal(at(0.95, 0.899, 1), 'mostly_female');
  assert.equal(at(0.65, 0.5, 0.8), 'mostly_female');
  assert.equal(at(0.649, 0.5, 0.8), 'unisex');
  assert.equal(at(0.351, 0.2, 0.5), 'unisex');
  assert.equal(at(0.35, 0.2, 0.5), 'mostly_male');
  assert.equal(at(0.05, 0, 0.1), 'male');
});

test('a name in no file has no probability, interval or bounds', () => {
  const answer = genderProbability([]);
  assert.deepEqual(answer, genderProbability([country({ F: 0, M: 0 })]));
  assert.equal(answer.femaleProbability, null);
  assert.equal(answer.interval, null);
  assert.equal(answer.bounds, null);
});

test('Merle in 1901: 91 girls and 52 boys in a file that is 69 % girls lean male', () => {
  const merle = { F: 91, M: 52 };
  const births = { F: 69, M: 31 };
  const balanced = balancedCounts(merle, births, 'auto');
  assert.equal(balanced.F.toFixed(1), '61.2');
  assert.equal(balanced.M.toFixed(1), '81.8');
  const answer = genderProbability([country(merle, { births })]);
  assert.equal(answer.skewCorrected, true);
  assert.ok(Math.abs((answer.femaleProbability ?? 0) - 0.4286) < 1e-4);
  assert.deepEqual(answer.counts, merle);

  const loaded = genderProbability([country(merle, { births: { F: 239_345, M: 106_467 } })]);
  assert.equal(loaded.femaleProbability?.toFixed(4), '0.4263');

  const raw = genderProbability([country(merle)]);
  assert.equal(raw.skewCorrected, false);
  assert.equal(raw.femaleProbability?.toFixed(3), '0.635');
});

test('births in their ordinary proportion are corrected on request only', () => {
  const ordinary = country({ F: 50, M: 50 }, { births: { F: 1000, M: 1050 } });
  assert.equal(genderProbability([ordinary]).skewCorrected, false);
  assert.equal(
    genderProbability([ordinary], { ...DEFAULT_GENDER_OPTIONS, balance: 'on' }).skewCorrected,
    true,
  );
  const skewed = country({ F: 50, M: 50 }, { births: { F: 2000, M: 1000 } });
  assert.equal(genderProbability([skewed]).skewCorrected, true);
  assert.equal(
    genderProbability([skewed], { ...DEFAULT_GENDER_OPTIONS, balance: 'off' }).skewCorrected,
    false,
  );
});

test('the correction keeps the sum, and births as they are born change nothing', () => {
  const anyCounts = fc.record({ F: fc.nat(1_000_000), M: fc.nat(1_000_000) });
  fc.assert(
    fc.property(
      anyCounts,
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 1e6 }),
      (counts, F, M) => {
        const balanced = balancedCounts(counts, { F, M }, 'on');
        assert.ok(Math.abs(balanced.F + balanced.M - counts.F - counts.M) < 1e-6);
        const natural = balancedCounts(counts, { F: 1000, M: 1050 }, 'on');
        assert.ok(Math.abs(natural.F - counts.F) < 1e-6);
      },
    ),
  );
});

test('weighted year by year, each year is corrected by its own births', () => {
  const hidden = { F: 0, M: 0 };
  const skewed = { counts: { F: 91, M: 52 }, births: { F: 239_345, M: 106_467 }, hidden };
  const natural = { counts: { F: 100, M: 0 }, births: { F: 1000, M: 1050 }, hidden };
  const unknown = { counts: { F: 7, M: 3 }, births: null, hidden };
  const years = [skewed, natural, unknown];
  const merle = country({ F: 198, M: 55 }, { years });
  const options = { ...DEFAULT_GENDER_OPTIONS, balance: 'yearly' as const };
  const { F } = balancedCounts(skewed.counts, skewed.births, 'on');
  const answer = genderProbability([merle], options);
  assert.ok(Math.abs((answer.femaleProbability ?? 0) - (F + 100 + 7 + 0.5) / 254) < 1e-12);
  assert.equal(answer.skewCorrected, true);
  assert.equal(
    genderProbability([country({ F: 7, M: 3 }, { years: [unknown] })], options).skewCorrected,
    false,
  );
  assert.equal(genderProbability([merle]).skewCorrected, false);
});

test('a prior of the country takes the place of the halves', () => {
  const options = { ...DEFAULT_GENDER_OPTIONS, minCount: 1 };
  const rare = genderProbability([country({ F: 3, M: 0 }, { prior: { F: 0.06, M: 0.04 } })], options);
  assert.ok(Math.abs((rare.femaleProbability ?? 0) - 3.06 / 3.1) < 1e-12);
  assert.equal(rare.label, 'mostly_female');
  assert.ok((rare.interval?.low ?? 0) > 0.8);
  const even = genderProbability([country({ F: 0, M: 0 }, { prior: { F: 1, M: 1 } })], options);
  assert.equal(even.label, 'unknown');
});

test('bounds are what the hidden counts allow', () => {
  const { bounds } = genderProbability([country({ F: 80, M: 10 }, { hidden: { F: 8, M: 40 } })]);
  assert.equal(bounds?.low, 80 / 130);
  assert.equal(bounds?.high, 88 / 98);
});

test('a label that hidden counts could overturn is mostly', () => {
  assert.equal(genderProbability([country({ F: 1000, M: 0 })]).label, 'female');
  assert.equal(genderProbability([country({ F: 1000, M: 0 }, { hidden: { F: 0, M: 20 } })]).label, 'female');
  assert.equal(
    genderProbability([country({ F: 1000, M: 0 }, { hidden: { F: 0, M: 400 } })]).label,
    'mostly_female',
  );
  assert.equal(
    genderProbability([country({ F: 0, M: 1000 }, { hidden: { F: 400, M: 0 } })]).label,
    'mostly_male',
  );
});

test('several countries count alike, whatever their size', () => {
  const andrea = [country({ F: 90_000, M: 1000 }), country({ F: 10, M: 990 })];
  const answer = genderProbability(andrea);
  assert.ok(Math.abs((answer.femaleProbability ?? 0) - 0.5) < 0.01);
  assert.equal(answer.label, 'unisex');
  assert.ok((answer.interval?.low ?? 1) < 0.02);
  assert.ok((answer.interval?.high ?? 0) > 0.98);

  const byCounts = andrea.map((part) => ({ ...part, weight: part.counts.F + part.counts.M }));
  assert.equal(genderProbability(byCounts).label, 'female');
});

test('countries with too few births are left out, unless all have too few', () => {
  const large = country({ F: 500, M: 1 });
  const small = country({ F: 0, M: 9 });
  assert.equal(
    genderProbability([large, small]).femaleProbability,
    genderProbability([large]).femaleProbability,
  );
  assert.deepEqual(genderProbability([large, small]).counts, { F: 500, M: 10 });
  const both = genderProbability([small, country({ F: 9, M: 0 })]);
  assert.equal(both.label, 'insufficient');
  assert.equal(both.femaleProbability, 0.5);
});

test('girls and boys exchanged give the mirrored answer', () => {
  const mirror = {
    female: 'male',
    male: 'female',
    mostly_female: 'mostly_male',
    mostly_male: 'mostly_female',
  };
  fc.assert(
    fc.property(fc.nat(3000), fc.nat(3000), fc.nat(100), fc.nat(100), (F, M, hiddenF, hiddenM) => {
      const one = genderProbability([country({ F, M }, { hidden: { F: hiddenF, M: hiddenM } })]);
      const other = genderProbability([country({ F: M, M: F }, { hidden: { F: hiddenM, M: hiddenF } })]);
      assert.equal(other.label, mirror[one.label as keyof typeof mirror] ?? one.label);
      if (one.interval === null || other.interval === null) return;
      assert.ok(Math.abs(1 - other.interval.high - one.interval.low) < 1e-9);
      assert.ok(Math.abs(1 - (other.femaleProbability ?? 0) - (one.femaleProbability ?? 0)) < 1e-9);
    }),
  );
});

function country(counts: PerGender, facts: Partial<CountryCounts> = {}): CountryCounts {
  return { counts, births: null, hidden: { F: 0, M: 0 }, weight: 1, ...facts };
}

function rounded(value: number | null | undefined): number {
  return Number((value ?? Number.NaN).toFixed(6));
}
