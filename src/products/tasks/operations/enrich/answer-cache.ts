import { ownString } from '#engine/ingestion/own-string.ts';

/** Cells for one question; `cells` is set once it is answered. */
export interface CachedAnswer {
  readonly key: string;
  cells: string;
  /** How the name was found. */
  match: string;
}

/** Answers by question; at most `size` of them are kept, those that were asked for last. */
export interface AnswerCache {
  /** The entry of a key; `isNew` when it is to be answered. */
  of(key: string): { readonly answer: CachedAnswer; readonly isNew: boolean };
}

export function createAnswerCache(size: number): AnswerCache {
  const answers = new Map<string, CachedAnswer>();
  const found = { answer: { key: '', cells: '', match: '' } as CachedAnswer, isNew: false };
  return {
    of(key) {
      const known = answers.get(key);
      if (known) {
        // Before anything has to go, it makes no difference which was asked for last.
        if (answers.size === size) {
          answers.delete(known.key);
          answers.set(known.key, known);
        }
        found.answer = known;
        found.isNew = false;
        return found;
      }
      const own = ownString(key);
      found.answer = { key: own, cells: '', match: '' };
      found.isNew = true;
      answers.set(own, found.answer);
      const [oldest] = answers.keys();
      if (answers.size > size && oldest !== undefined) answers.delete(oldest);
      return found;
    },
  };
}
