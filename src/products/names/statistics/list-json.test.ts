import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import { listedSlices, slicesJson } from './list-json.ts';
import type { RankingPlan } from './ranking.ts';

function planOf(country: string, year: number): RankingPlan {
  const area = { no: 1, code: `${country}-1`, name: 'One', level: 1 };
  const slice = {
    gender: 'F',
    toYear: year,
    rows: 2,
    sum: 9,
    withheld: 1,
    births: null,
    quality: 'exact',
    officeRanks: 'none',
    measure: 'births',
    releaseNo: 1,
    areaNo: 1,
  };
  return {
    country: { no: 1, code: country, sources: new Map(), areaOf: () => area } as unknown as CountryCatalog,
    area,
    gender: 'F',
    measure: 'births',
    fromYear: year,
    toYear: year,
    slices: [slice as unknown as CatalogSlice],
    denominator: { kind: 'births', value: 7 },
  };
}

test('slices are written the same again, and for each version of the data', () => {
  const births = { ...planOf('US', 2000).slices[0], births: 12 } as CatalogSlice;
  const former = planOf('US', 2000);
  const later = { ...planOf('US', 2000), slices: [...former.slices, births] };
  for (const plans of [[former], [former], [later, former], []]) {
    assert.deepEqual(JSON.parse(slicesJson(plans)), plans.flatMap(listedSlices));
  }
});
