import type { Gender } from '../normalize-gender.ts';

/** A slice as one inner file states it; a slice that two files state exists twice until `settle`. */
export interface SliceDraft {
  readonly index: number;
  readonly area: string | null;
  readonly gender: Gender;
  readonly year: number;
  /** Position of the inner file in the source. */
  readonly file: number;
  rowsRead: number;
  sumRead: number;
  repeats: number;
  /** True when a later inner file states the same slice and supplies it. */
  replaced: boolean;
}

export interface SliceRegistry {
  readonly slices: readonly SliceDraft[];
  /** The draft of this area, gender and year in this inner file; made on first use. */
  find(file: number, area: string | null, gender: Gender, year: number): SliceDraft;
  /** Marks all but the last statement of each slice as replaced and returns those. */
  settle(): SliceDraft[];
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
        last = { index, area, gender, year, file, rowsRead: 0, sumRead: 0, repeats: 0, replaced: false };
        byKey.set(key, last);
        slices.push(last);
      }
      return last;
    },
    settle() {
      const latest = new Map<string, SliceDraft>();
      const replaced: SliceDraft[] = [];
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
      return replaced;
    },
  };
}

function sliceKey(area: string | null, gender: Gender, year: number): string {
  return `${area ?? ''} ${gender} ${year}`;
}
