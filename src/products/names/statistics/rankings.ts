import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { createSliceCache } from '../read-model/slice-cache.ts';
import type { Ranking, RankingPlan } from './ranking.ts';
import { type RankedSums, rankFewRows, rankSums, type WantedNames } from './sum-slices.ts';
import { createYearSums } from './year-sums.ts';

/** Sums that were asked for lately, for the next page. */
const SUM_CACHE_BYTES = 32 * 1024 * 1024;

/** Turns plans into rankings: the rows of one slice as they are, or several added up. */
export interface Rankings {
  fill(snapshot: Snapshot, plan: RankingPlan, wanted: WantedNames): Promise<Ranking>;
}

export function createRankings(model: ReadModel): Rankings {
  const yearSums = createYearSums(model);
  const sums = createSliceCache<RankedSums>(SUM_CACHE_BYTES);

  async function addUp(
    { dictionary }: Snapshot,
    plan: RankingPlan,
    wanted: WantedNames,
  ): Promise<RankedSums> {
    const { country, area, slices } = plan;
    if (rowsOf(slices) < dictionary.size / 2)
      return rankFewRows(await model.rows(slices), dictionary, wanted);
    const parts: Int32Array[] = [];
    for (const [gender, ofGender] of Map.groupBy(slices, (slice) => slice.gender)) {
      parts.push(await yearSums.sum(country.years(area.no, gender), ofGender, dictionary));
    }
    const [total, ...others] = parts as [Int32Array, ...Int32Array[]];
    for (const other of others) for (let no = 0; no < total.length; no++) total[no]! += other[no] as number;
    return rankSums(total, dictionary, wanted);
  }

  return {
    async fill(snapshot, plan, wanted) {
      if (plan.slices.length === 1) {
        const [rows] = (await model.rows(plan.slices)) as [SliceRows];
        return { ...plan, ...rows, total: rows.counts.length };
      }
      const id = `${wanted.names} ${wanted.minSum} ${plan.slices.map((slice) => slice.id).join()}`;
      const known = sums.get(id);
      if (known) return { ...plan, ...known };
      const summed = await addUp(snapshot, plan, wanted);
      sums.set(id, summed);
      return { ...plan, ...summed };
    },
  };
}

function rowsOf(slices: readonly CatalogSlice[]): number {
  return slices.reduce((total, { rows }) => total + rows, 0);
}
