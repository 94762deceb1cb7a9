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

const FITS: Readonly<Record<FoldMatch, (fold: string, part: string) => boolean>> = {
  prefix: (fold, part) => fold.startsWith(part),
  contains: (fold, part) => fold.includes(part),
  ends_with: (fold, part) => fold.endsWith(part),
};

/**
 * Lists every fold under the up to three letters it begins with and ends with, and each three in a row. A part
 * of so many letters is answered by its list as it is, a longer one by a look at the folds of its rarest piece; the list
 * of one or two letters anywhere is made when it is first asked for. Built in some 200 ms for 100,000 names.
 */
export function createFoldIndex(folds: readonly string[]): FoldIndex {
  const lists: Readonly<Record<FoldMatch, Postings>> = {
    prefix: collect(folds, (fold, post) => {
      for (let length = 0; length <= PIECE && length <= fold.length; length++) post(fold.slice(0, length));
    }),
    contains: collect(folds, (fold, post) => {
      for (let at = 0; at + PIECE <= fold.length; at++) post(fold.slice(at, at + PIECE));
    }),
    ends_with: collect(folds, (fold, post) => {
      for (let length = 0; length <= PIECE && length <= fold.length; length++)
        post(fold.slice(fold.length - length));
    }),
  };
  const short = new Map<string, Int32Array>();
  const marks = new Uint8Array(folds.length);

  function listOfShort(part: string): Int32Array {
    const known = short.get(part);
    if (known) return known;
    // A fold of fewer letters than a piece is listed by its beginning alone, which is all of it.
    for (const postings of [lists.prefix, lists.contains]) {
      for (const [piece, positions] of postings) {
        if (piece.includes(part)) for (const at of positions) marks[at] = 1;
      }
    }
    const list = takeMarked(marks);
    // Parts that no fold has are without number, those of folds are not.
    if (list.length > 0) short.set(part, list);
    return list;
  }

  return {
    match(kind, part, found) {
      if (part.length <= PIECE) {
        const isShort = kind === 'contains' && part.length < PIECE;
        const list = isShort ? listOfShort(part) : (lists[kind].get(part) ?? NONE);
        for (let at = 0; at < list.length; at++) found(list[at] as number);
        return;
      }
      const fits = FITS[kind];
      for (const at of candidates(kind, lists[kind], part)) if (fits(folds[at] as string, part)) found(at);
    },
  };
}

/** The marked positions, rising; no mark is left. */
function takeMarked(marks: Uint8Array): Int32Array {
  let count = 0;
  for (let at = 0; at < marks.length; at++) count += marks[at] as number;
  const list = new Int32Array(count);
  for (let at = 0, filled = 0; filled < count; at++) if (marks[at] === 1) list[filled++] = at;
  marks.fill(0);
  return list;
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

function candidates(kind: FoldMatch, lists: Postings, part: string): Int32Array {
  if (kind === 'prefix') return lists.get(part.slice(0, PIECE)) ?? NONE;
  if (kind === 'ends_with') return lists.get(part.slice(-PIECE)) ?? NONE;
  let rarest: Int32Array | undefined;
  for (let at = 0; at + PIECE <= part.length; at++) {
    const list = lists.get(part.slice(at, at + PIECE)) ?? NONE;
    if (!rarest || list.length < rarest.length) rarest = list;
  }
  return rarest ?? NONE;
}
