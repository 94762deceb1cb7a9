import { ownString } from '#engine/ingestion/own-string.ts';
import { displayName } from '../spelling/display-name.ts';
import { AppError } from '#platform/errors.ts';
import { compactKey, compareCodePoints, foldKey, nameKey } from '../spelling/name-keys.ts';
import { MAX_NAMES } from '../spelling/name-limit.ts';

/** One row of the dictionary. */
export interface Spelling {
  readonly published: string;
  readonly name: string;
  readonly key: string;
  readonly fold: string;
  readonly compact: string;
}

/** Finds or makes the dictionary numbers of spellings, in their order. */
export type NumberSpellings = (spellings: readonly Spelling[]) => Promise<Int32Array>;

/** The distinct names of one import, by local number. */
export interface NameTable {
  readonly published: readonly string[];
  /** Local number → number in the dictionary. */
  readonly numbers: Int32Array;
  /** Local number → number of its key: names of one key are one name. */
  readonly keys: Int32Array;
  /** Local number → place by display form in code-point order (the order of ties in answers), and back. */
  readonly order: Int32Array;
  readonly atPlace: Int32Array;
}

export interface NameNumbers {
  /** The local number of a name; new ones go to the dictionary in the background. */
  of(published: string): number;
  /** Waits for the dictionary; throws what went wrong there. */
  settle(): Promise<NameTable>;
}

const BATCH = 16_384;

/** Numbers names while a file is read. At most one batch is on its way to the dictionary at a time. */
export function createNameNumbers(numberSpellings: NumberSpellings): NameNumbers {
  const locals = new Map<string, number>();
  const published: string[] = [];
  const displayed: string[] = [];
  const keyNumbers = new Map<string, number>();
  const keys: number[] = [];
  const batches: Promise<Int32Array>[] = [];
  let sent = 0;
  let pending: Promise<unknown> = Promise.resolve();

  function sendBatch(): void {
    const spellings = published.slice(sent).map((name, at) => spell(name, sent + at));
    sent = published.length;
    const batch = pending.then(() => numberSpellings(spellings));
    // A failure is reported by settle(); until then it must not count as unhandled.
    batch.catch(() => undefined);
    pending = batch;
    batches.push(batch);
  }

  function spell(name: string, local: number): Spelling {
    const key = nameKey(name);
    const fold = foldKey(key);
    let keyNumber = keyNumbers.get(key);
    if (keyNumber === undefined) keyNumbers.set(key, (keyNumber = keyNumbers.size));
    keys[local] = keyNumber;
    displayed[local] = displayName(name);
    return { published: name, name: displayed[local], key, fold, compact: compactKey(fold) };
  }

  return {
    of(name) {
      const known = locals.get(name);
      if (known !== undefined) return known;
      if (published.length === MAX_NAMES) throw tooManyNames();
      const own = ownString(name);
      const local = published.length;
      locals.set(own, local);
      published.push(own);
      if (published.length - sent === BATCH) sendBatch();
      return local;
    },
    async settle() {
      if (published.length > sent) sendBatch();
      locals.clear();
      const atPlace = sortByCodePoints(displayed);
      // The table outlives what it was made from.
      displayed.length = 0;
      keyNumbers.clear();
      const numbers = new Int32Array(published.length);
      let at = 0;
      for (const batch of batches) {
        const known = await batch;
        numbers.set(known, at);
        at += known.length;
      }
      return { published, numbers, keys: Int32Array.from(keys), order: invert(atPlace), atPlace };
    },
  };
}

function sortByCodePoints(names: readonly string[]): Int32Array {
  const locals = Array.from(names.keys());
  return Int32Array.from(locals.sort((a, b) => compareCodePoints(names[a] as string, names[b] as string)));
}

function invert(permutation: Int32Array): Int32Array {
  const inverse = new Int32Array(permutation.length);
  for (let at = 0; at < permutation.length; at++) inverse[permutation[at] as number] = at;
  return inverse;
}

function tooManyNames(): AppError {
  const message = `The file has more than ${MAX_NAMES} distinct names. Split it, or look for a column that is no name.`;
  return new AppError('unprocessable', 'too_many_names', message);
}
