import type { RowGender } from '../normalize-gender.ts';

/** The year of a slice whose births are of years that the office does not say. */
export const UNKNOWN_YEAR = 0;

/** A slice as one inner file states it; a slice that two files state exists twice until `settle`. */
export interface SliceDraft {
  readonly index: number;
  readonly area: string | null;
  readonly gender: RowGender;
  /** `UNKNOWN_YEAR`: such a slice supplies nothing. */
  readonly year: number;
  /** Position of the inner file in the source. */
  readonly file: number;
  rowsRead: number;
  sumRead: number;
  /** Of the rows, cells without a count of a table that has one for every name and year. */
  unstated: number;
  repeats: number;
  /** Births that the office reports for all rare names together, or that belong to no ranking. */
  aggregates: number;
  /** True when a later inner file states the same slice and supplies it. */
  replaced: boolean;
  /** The draft of the amended file to whose rows these are added. */
  joins: SliceDraft | undefined;
}

export interface SliceRegistry {
  readonly slices: readonly SliceDraft[];
  /** The draft of this area, gender and year in this inner file; made on first use. */
  find(file: number, area: string | null, gender: RowGender, year: number): SliceDraft;
  /**
   * Marks all but the last statement of each slice in a layer as replaced and returns those; the last one joins that
   * of a lower layer.
   */
  settle(layerOf: (file: number) => number): SliceDraft[];
}

/** Numbers the slices of one import in the order in which they first occur. */
export function createSliceRegistry(): SliceRegistry {
  const slices: SliceDraft[] = [];
  const byKey = new Map<string, SliceDraft>();
  let last: SliceDraft | undefined;

  return {
    slices,
    find(file, area, gender, year) {
      // Offices sort their files: nearly every row belongs to the slice of the row before.
      if (last && last.year === year && last.gender === gender && last.area === area && last.file === file)
        return last;
      const key = `${file} ${sliceKey(area, gender, year)}`;
      last = byKey.get(key);
      if (!last) {
        const index = slices.length;
        const counted = { rowsRead: 0, sumRead: 0, unstated: 0, repeats: 0, aggregates: 0 };
        last = { index, area, gender, year, file, ...counted, replaced: false, joins: undefined };
        byKey.set(key, last);
        slices.push(last);
      }
      return last;
    },
    settle(layerOf) {
      const replaced: SliceDraft[] = [];
      const settled = new Map<string, SliceDraft>();
      const layers = Map.groupBy(slices, ({ file }) => layerOf(file));
      for (const [, layer] of [...layers].sort(([a], [b]) => a - b)) {
        const latest = latestStatements(layer, replaced);
        for (const [key, slice] of latest) join(slice, settled, key);
      }
      return replaced;
    },
  };
}

/** The last statement of each slice; the others are marked and added to `replaced`. */
function latestStatements(slices: readonly SliceDraft[], replaced: SliceDraft[]): Map<string, SliceDraft> {
  const latest = new Map<string, SliceDraft>();
  for (const slice of slices) {
    const key = sliceKey(slice.area, slice.gender, slice.year);
    const other = latest.get(key);
    const loser = other && other.file > slice.file ? slice : other;
    if (loser) {
      loser.replaced = true;
      replaced.push(loser);
    }
    if (loser !== slice) latest.set(key, slice);
  }
  return latest;
}

function join(slice: SliceDraft, settled: Map<string, SliceDraft>, key: string): void {
  const lower = settled.get(key);
  if (!lower) {
    settled.set(key, slice);
    return;
  }
  slice.joins = lower;
  lower.rowsRead += slice.rowsRead;
  lower.sumRead += slice.sumRead;
  lower.unstated += slice.unstated;
  lower.aggregates += slice.aggregates;
}

function sliceKey(area: string | null, gender: RowGender, year: number): string {
  return `${area ?? ''} ${gender} ${year}`;
}
