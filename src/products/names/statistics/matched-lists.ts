import type { Dictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';

/** Which names two lists have in common. */
export interface MatchedLists {
  /** For each place of the later list: that of the same name in the former one, -1 where it is not listed there. */
  readonly formerPlaces: Int32Array;
  /** Places of the former list whose names the later one does not have. */
  readonly lost: Int32Array;
}

/** As long as the dictionary, made once and left full of zeros. */
const scratches = new WeakMap<Dictionary, Int32Array>();

/** Spellings of one key are one name; a list has each name once. */
export function matchLists(former: SliceRows, later: SliceRows, dictionary: Dictionary): MatchedLists {
  let places = scratches.get(dictionary);
  if (!places) scratches.set(dictionary, (places = new Int32Array(dictionary.size)));
  const { canonical } = dictionary;
  for (let at = 0; at < former.numbers.length; at++)
    places[canonical[former.numbers[at] as number] as number] = at + 1;
  const formerPlaces = new Int32Array(later.numbers.length);
  for (let at = 0; at < formerPlaces.length; at++) {
    const name = canonical[later.numbers[at] as number] as number;
    formerPlaces[at] = (places[name] as number) - 1;
    places[name] = 0;
  }
  // What is still noted was not met in the later list.
  const lost = new Int32Array(former.numbers.length);
  let length = 0;
  for (let at = 0; at < former.numbers.length; at++) {
    const name = canonical[former.numbers[at] as number] as number;
    if (places[name] === 0) continue;
    places[name] = 0;
    lost[length++] = at;
  }
  return { formerPlaces, lost: lost.slice(0, length) };
}

const ranksOf = new WeakMap<Int32Array, Int32Array>();

/** Competition ranks by place of falling counts, 0 for hidden ones; kept as long as the counts. */
export function ranksByPlace(counts: Int32Array): Int32Array {
  const known = ranksOf.get(counts);
  if (known) return known;
  const ranks = new Int32Array(counts.length);
  for (let at = 0; at < counts.length && counts[at] !== 0; at++)
    ranks[at] = at > 0 && counts[at] === counts[at - 1] ? (ranks[at - 1] as number) : at + 1;
  ranksOf.set(counts, ranks);
  return ranks;
}
