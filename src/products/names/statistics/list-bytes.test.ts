import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import { writePage } from './list-bytes.ts';
import { listedName } from './list-json.ts';
import type { RankedName, RankingPlan } from './ranking.ts';

const SPELLINGS = ['Émilie', 'D’Arcy', 'O"Neil', 'Иван', '𝒜nna', 'Zoë\\', ''].map((name, no) => ({
  no,
  name,
  published: no % 2 === 0 ? name : name.toUpperCase(),
}));
const dictionary = {
  rows: SPELLINGS,
  positions: Int32Array.from(SPELLINGS, ({ no }) => no),
} as unknown as Dictionary;

const anyPlan: fc.Arbitrary<RankingPlan> = fc
  .record({
    gender: fc.constantFrom('F' as const, 'M' as const, 'all' as const),
    fromYear: fc.integer({ min: 1880, max: 2030 }),
    years: fc.nat(3),
    quality: fc.constantFrom('exact', 'approx'),
    isRankOnly: fc.boolean(),
    births: fc.nat(4_000_000),
  })
  .map(({ gender, fromYear, years, quality, isRankOnly, births }) => ({
    country: { code: 'US' } as CountryCatalog,
    area: { no: 1, code: 'US-CA', name: 'California', level: 1 },
    gender,
    measure: 'births',
    fromYear,
    toYear: fromYear + years,
    slices: [{ quality, rows: 9, withheld: isRankOnly ? 9 : 0, officeRanks: 'differ' } as CatalogSlice],
    denominator: { kind: 'births', value: births },
  }));

const anyLine = fc.record({
  number: fc.nat(SPELLINGS.length - 1),
  count: fc.oneof(fc.constant(0), fc.nat()),
  rank: fc.nat(),
  tied: fc.nat(1000),
  outOf: fc.nat(),
  rankPublished: fc.option(fc.nat()),
  rankDiffers: fc.boolean(),
});

test('a page is the JSON of its lines and its meta, field by field', () => {
  fc.assert(
    fc.property(
      fc.array(anyPlan, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(anyLine, fc.nat()), { maxLength: 40 }),
      (plans, drawn) => {
        const lines = drawn.map(([{ count, rankDiffers, ...line }, at]): RankedName => {
          // A name without a count has no rank that could differ.
          const plan = plans[at % plans.length] as RankingPlan;
          return { ...line, count, rankDiffers: rankDiffers && count > 0, plan };
        });
        const written = writePage(lines, dictionary, '{"total":1}').toString();
        const data = lines.map((line) => listedName(line, dictionary));
        assert.deepEqual(JSON.parse(written), { data, meta: { total: 1 } });
        assert.deepEqual(Object.keys(JSON.parse(written).data[0] ?? {}), Object.keys(data[0] ?? {}));
      },
    ),
  );
});
