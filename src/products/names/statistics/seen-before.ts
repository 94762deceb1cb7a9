import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { walkCounts } from './list-history.ts';
import type { ListPair } from './list-pairs.ts';
import { createOnceByVersion } from './once-by-version.ts';
import { slicesOf } from './scope.ts';

/** Answers kept for a country: some 20 KB each. */
const KEPT_ANSWERS = 64;

/** Which names of a list any earlier list has. */
export interface SeenBefore {
  /** 1 by place of the later list for those that some list of an earlier year has. */
  find(snapshot: Snapshot, pair: ListPair): Promise<Uint8Array>;
}

export function createSeenBefore(model: Pick<ReadModel, 'rows'>): SeenBefore {
  const kept = createOnceByVersion<Uint8Array>(KEPT_ANSWERS);
  return {
    find({ dictionary }, { comparison: { country, area, gender, slice }, later }) {
      const scope = { country, area, measure: slice.measure };
      return kept.find(scope, { gender, year: slice.toYear }, async () => {
        const seen = new Uint8Array(later.numbers.length);
        const earlier = slicesOf(scope, gender, { to: slice.toYear - 1 });
        await walkCounts(model, dictionary, later.numbers, earlier, (_, counts) => {
          for (let at = 0; at < counts.length; at++) if ((counts[at] as number) >= 0) seen[at] = 1;
        });
        return seen;
      });
    },
  };
}
