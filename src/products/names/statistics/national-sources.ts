import type { CountryCatalog } from '../read-model/country-catalog.ts';
import { BOTH_GENDERS } from './name-counts.ts';
import { type SourceCredit, sourcesOf } from './provenance.ts';
import { slicesOf } from './scope.ts';

const known = new WeakMap<CountryCatalog, readonly SourceCredit[]>();

/** Whose numbers those of whole countries are, over all their years. */
export function nationalSources(countries: readonly CountryCatalog[]): SourceCredit[] {
  return countries.flatMap((country) => {
    let sources = known.get(country);
    if (!sources) {
      const scope = { country, area: country.national };
      const slices = BOTH_GENDERS.flatMap((gender) => slicesOf(scope, gender, {}));
      known.set(country, (sources = sourcesOf([{ country, slices }])));
    }
    return sources;
  });
}
