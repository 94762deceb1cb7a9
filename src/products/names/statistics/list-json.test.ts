import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonBytes } from '#platform/http/json-bytes.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import { createDictionary } from '../read-model/dictionary.ts';
import { listedName, listedSlices, writeItems, writeSlices } from './list-json.ts';
import type { RankedName, RankingPlan } from './ranking.ts';

const anyText = fc.string({
  unit: fc.constantFrom('a', 'É', '"', '\\', '\n', '\u0000', '\ud800', '💐', '’'),
});

function planOf(country: string, fromYear: number, toYear: number, facts: object = {}): RankingPlan {
  const area = { no: 1, code: `${country}-1`, name: 'One', level: 1 };
  const slice = {
    gender: 'F',
    toYear,
    rows: 2,
    sum: 9,
    withheld: 1,
    births: null,
    quality: 'exact',
    officeRanks: 'none',
    measure: 'births',
    releaseNo: 1,
    areaNo: 1,
    ...facts,
  };
  return {
    country: { no: 1, code: country, sources: new Map(), areaOf: () => area } as unknown as CountryCatalog,
    area,
    gender: 'F',
    measure: 'births',
    fromYear,
    toYear,
    slices: [slice as unknown as CatalogSlice],
    denominator: { kind: 'births', value: 7 },
  };
}

test('names are written as a serializer would write them, whatever is in them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyText, anyText, fc.nat(3), fc.option(fc.nat(9))), { maxLength: 9 }),
      anyText,
      (rows, country) => {
        const dictionary = createDictionary(
          rows.map(([name, published], no) => ({
            no,
            name,
            published,
            key: name,
            fold: name,
            compact: name,
          })),
        );
        const plans = [
          planOf(country, 1990, 1990),
          planOf(country, 1990, 1999),
          planOf(country, 1990, 1990, { quality: 'approx' }),
          planOf(country, 1990, 1990, { officeRanks: 'differ', withheld: 2 }),
          planOf(country, 1990, 1990, { quality: 'lower_bound', parts: [] }),
        ];
        const names = rows.map(([, , count, rankPublished], number): RankedName => ({
          plan: plans[number % 5] as RankingPlan,
          number,
          count,
          rank: number + 1,
          tied: 1,
          outOf: 9,
          rankPublished,
          rankDiffers: rankPublished !== null && count > 0 && rankPublished !== number + 1,
        }));
        const expected = names.map((name) => listedName(name, dictionary));
        const json = jsonBytes((to) => writeItems(to, names, dictionary));
        assert.deepEqual(JSON.parse(json.toString()), JSON.parse(JSON.stringify(expected)));
      },
    ),
  );
});

test('slices are written the same again, and for each version of the data', () => {
  const births = { ...planOf('US', 2000, 2000).slices[0], births: 12 } as CatalogSlice;
  const former = planOf('US', 2000, 2000);
  const later = { ...planOf('US', 2000, 2000), slices: [...former.slices, births] };
  for (const plans of [[former], [former], [later, former], []]) {
    const json = jsonBytes((to) => writeSlices(to, plans));
    assert.deepEqual(JSON.parse(json.toString()), plans.flatMap(listedSlices));
  }
});
