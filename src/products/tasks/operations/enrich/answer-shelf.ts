import { withRoom } from './with-room.ts';

/**
 * Answers by question. They lie one behind the other outside of the heap, where they take half as much memory and are
 * never looked through by a collection.
 */
export interface AnswerShelf {
  /** It has as many questions or bytes as one shelf is to have; it takes more all the same. */
  readonly isFull: boolean;
  /** The place of a question; undefined where it is not on this shelf. */
  placeOf(key: string): number | undefined;
  /** The place of a new question, which is kept. Answers have to come in the order in which questions were added. */
  add(key: string): number;
  answer(cells: string, match: string): void;
  /** Of an answered question: how many bytes its cells have, how the name was found. */
  sizeAt(place: number): number;
  matchAt(place: number): string;
  /** Writes the cells of an answer, and answers how many bytes they have. */
  copyTo(target: Uint8Array, at: number, place: number): number;
}

const MOST_QUESTIONS = 65_536;
const MOST_BYTES = 16 * 1024 * 1024;
const BLOCK_BYTES = 512 * 1024;
const FIRST_PLACES = 4096;

export function createAnswerShelf(): AnswerShelf {
  const places = new Map<string, number>();
  const blocks: Buffer[] = [];
  const matches: string[] = [];
  /** By place: where its cells stand (a block and an offset in it), how many bytes they have, which match it is. */
  let spots = new Uint32Array(FIRST_PLACES * 3);
  let answered = 0;
  let keyBytes = 0;
  let used = BLOCK_BYTES;

  const numberOf = (match: string): number => {
    const known = matches.indexOf(match);
    return known >= 0 ? known : matches.push(match) - 1;
  };

  return {
    get isFull() {
      return places.size >= MOST_QUESTIONS || keyBytes + blocks.length * BLOCK_BYTES >= MOST_BYTES;
    },
    placeOf: (key) => places.get(key),
    add(key) {
      const place = places.size;
      places.set(key, place);
      keyBytes += key.length * 2;
      return place;
    },
    answer(cells, match) {
      if (used + cells.length > BLOCK_BYTES) {
        blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
        used = 0;
      }
      if (answered * 3 === spots.length) spots = withRoom(spots);
      const block = blocks.at(-1) as Buffer;
      spots[answered * 3] = (blocks.length - 1) * BLOCK_BYTES + used;
      spots[answered * 3 + 1] = cells.length;
      spots[answered * 3 + 2] = numberOf(match);
      used += block.write(cells, used, 'latin1');
      answered++;
    },
    sizeAt: (place) => spots[place * 3 + 1] as number,
    matchAt: (place) => matches[spots[place * 3 + 2] as number] as string,
    copyTo(target, at, place) {
      const spot = spots[place * 3] as number;
      const start = spot % BLOCK_BYTES;
      const block = blocks[(spot - start) / BLOCK_BYTES] as Buffer;
      return block.copy(target, at, start, start + (spots[place * 3 + 1] as number));
    },
  };
}
