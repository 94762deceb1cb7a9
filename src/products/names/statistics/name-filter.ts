import type { Dictionary } from '../read-model/dictionary.ts';
import { nameKey, searchFolds } from '../spelling/name-keys.ts';

/** Which names a list is asked for; texts as the caller typed them. */
export interface NameFilter {
  readonly name?: string;
  readonly prefix?: string;
  readonly contains?: string;
  readonly ends_with?: string;
}

/** Marks by dictionary position: 1 where a name passes; undefined where all do. */
export function nameMarks(filter: NameFilter, dictionary: Dictionary): Uint8Array | undefined {
  let marks: Uint8Array | undefined;
  if (filter.name !== undefined) {
    marks = new Uint8Array(dictionary.size);
    for (const at of dictionary.byKey(nameKey(filter.name))) marks[at] = 1;
  }
  for (const kind of ['prefix', 'contains', 'ends_with'] as const) {
    const text = filter[kind];
    if (text === undefined) continue;
    const matching = new Uint8Array(dictionary.size);
    for (const fold of searchFolds(text)) {
      dictionary.folds.match(kind, fold, (at) => {
        matching[at] = marks ? (marks[at] as number) : 1;
      });
    }
    marks = matching;
  }
  return marks;
}
