import { ownString } from '#engine/ingestion/own-string.ts';

/** Which texts come most often, in bounded memory. */
export interface FrequentTexts {
  add(text: string): void;
  /** Different texts, as long as all of them are kept; undefined afterwards. */
  distinct(): number | undefined;
  /** How much a count may be too low; 0 as long as all texts are kept. */
  error(): number;
  /** The most frequent ones first; equally frequent ones as they came. */
  top(most: number): { readonly text: string; readonly count: number }[];
}

/** Of longer texts the beginning stands for all that begin so. */
const KEPT_LENGTH = 200;

/**
 * Exact up to `capacity` different texts. Beyond, all counts are lowered until half of them are gone (Misra and Gries):
 * what comes more often than `error` is never lost.
 */
export function createFrequentTexts(capacity: number): FrequentTexts {
  const counts = new Map<string, number>();
  let lowered = 0;

  function makeRoom(): void {
    const sorted = [...counts.values()].sort((a, b) => b - a);
    const step = sorted[capacity >> 1] ?? 1;
    lowered += step;
    for (const [text, count] of counts) {
      if (count > step) counts.set(text, count - step);
      else counts.delete(text);
    }
  }

  return {
    add(text) {
      const kept = text.length > KEPT_LENGTH ? `${text.slice(0, KEPT_LENGTH)}…` : text;
      const count = counts.get(kept);
      if (count !== undefined) return void counts.set(kept, count + 1);
      if (counts.size >= capacity) makeRoom();
      counts.set(ownString(kept), 1);
    },
    distinct: () => (lowered === 0 ? counts.size : undefined),
    error: () => lowered,
    top: (most) =>
      [...counts]
        .sort(([, a], [, b]) => b - a)
        .slice(0, most)
        .map(([text, count]) => ({ text, count })),
  };
}
