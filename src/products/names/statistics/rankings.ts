import { bytesOfRows, createByteCache } from '../read-model/byte-cache.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import type { Ranking, RankingPlan } from './ranking.ts';
import { type RankedSums, rankSums, type Summand, type WantedNames } from '../read-model/sum-slices.ts';
import { createYearSums } from './year-sums.ts';

/** Sums that were asked for lately, for the next page. */
const SUM_CACHE_BYTES = 32 * 1024 * 1024;

/** Turns plans into rankings: the rows of one slice as they are, or several added up. */
export interface Rankings {
  fill(snapshot: Snapshot, plan: RankingPlan, wanted: WantedNames): Promise<Ranking>;
}

export function createRankings(model: ReadModel): Rankings {
  const yearSums = createYearSums(model);
  const sums = createByteCache<string, RankedSums>(SUM_CACHE_BYTES, bytesOfRows);

  async function addUp({ country, area, measure, slices }: RankingPlan): Promise<Summand[]> {
    const summands: Summand[] = [];
    for (const [gender, ofGender] of Map.groupBy(slices, (slice) => slice.gender))
      summands.push(...(await yearSums.summands(country.years(area.no, gender, measure), ofGender)));
    return summands;
  }

  return {
    async fill({ dictionary }, plan, wanted) {
      if (plan.slices.length === 1) {
        const [rows] = (await model.rows(plan.slices)) as [SliceRows];
        return { ...plan, ...rows, listed: rows.counts.length, total: rows.counts.length };
      }
      const key = keyOf(plan, wanted);
      const known = sums.get(key);
      if (known) return { ...plan, ...known };
      const summed = rankSums(await addUp(plan), dictionary, wanted);
      sums.set(key, summed);
      return { ...plan, ...summed };
    },
  };
}

/** Within a version of a country, area, gender, measure and years say which slices a sum is made of. */
function keyOf(
  { country, area, gender, measure, fromYear, toYear }: RankingPlan,
  { names, minSum }: WantedNames,
): string {
  return `${country.no} ${country.version} ${area.no} ${gender} ${measure} ${fromYear} ${toYear} ${names} ${minSum}`;
}
