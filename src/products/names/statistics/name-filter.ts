import type { Dictionary } from '../read-model/dictionary.ts';
import { nameKey, searchFolds } from '../spelling/name-keys.ts';

/** Which names a list is asked for; texts as the caller typed them. */
export interface NameFilter {
  readonly name?: string;
  readonly prefix?: string;
  readonly contains?: string;
  readonly ends_with?: string;
}

/** Marks full of zeros that nobody uses now: a new array for each question would be most of what is collected. */
const unused = new WeakMap<Dictionary, Uint8Array[]>();

/** Marks by dictionary position: 1 where a name passes; undefined where all do. To be given back when done with. */
export function nameMarks(filter: NameFilter, dictionary: Dictionary): Uint8Array | undefined {
  let marks: Uint8Array | undefined;
  if (filter.name !== undefined) {
    marks = takeMarks(dictionary);
    for (const at of dictionary.byKey(nameKey(filter.name))) marks[at] = 1;
  }
  for (const kind of ['prefix', 'contains', 'ends_with'] as const) {
    const text = filter[kind];
    if (text === undefined) continue;
    const matching = takeMarks(dictionary);
    for (const fold of searchFolds(text)) {
      dictionary.folds().match(kind, fold, (at) => {
        matching[at] = marks ? (marks[at] as number) : 1;
      });
    }
    giveBackMarks(dictionary, marks);
    marks = matching;
  }
  return marks;
}

function takeMarks(dictionary: Dictionary): Uint8Array {
  return unused.get(dictionary)?.pop() ?? new Uint8Array(dictionary.size);
}

export function giveBackMarks(dictionary: Dictionary, marks: Uint8Array | undefined): void {
  if (!marks) return;
  marks.fill(0);
  const others = unused.get(dictionary);
  if (others) others.push(marks);
  else unused.set(dictionary, [marks]);
}
