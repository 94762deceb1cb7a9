import { ownString } from '#engine/ingestion/own-string.ts';
import type { TableRecord } from '../../table/task-table.ts';
import type { AnswerShelf } from './answer-shelf.ts';
import { withRoom } from './with-room.ts';

/** Where rows find their answers: what is new goes onto the first shelf, the second one is only looked at. */
export type Shelves = readonly [newer: AnswerShelf, older: AnswerShelf];

/** Rows that wait for their answers, as they stand in the file. Used again and again: large buffers are collected late. */
export interface RowBatch {
  /** It has so many rows, bytes or names that are not known yet that it is time to answer them; more have room all the same. */
  readonly isFull: boolean;
  /** What nobody has asked yet, in order. */
  readonly questions: readonly string[];
  add(record: TableRecord, question: string): void;
  /** To the next one of `questions`. */
  answer(cells: string, match: string): void;
  /** Each row with the cells of its answer behind it, in pieces; a piece is valid until the next one. Counts the matches. */
  written(matches: Record<string, number>): Generator<Uint8Array>;
  /** Empties it for other rows. */
  clear(shelves: Shelves): void;
}

const ENOUGH_ROWS = 16_384;
const ENOUGH_BYTES = 2 * 1024 * 1024;
const ENOUGH_QUESTIONS = 4096;
const PIECE_BYTES = 256 * 1024;
const FIRST_BYTES = 1024 * 1024;
/** What one very long row needs is not kept. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

export function createRowBatch(firstShelves: Shelves): RowBatch {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  const questions: string[] = [];
  let [newer, older] = firstShelves;
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Of each row: where its cells end, where its line break does, and twice the place of its answer, one more on `older`. */
  let spots = new Uint32Array(ENOUGH_ROWS * 3);
  let [rows, length] = [0, 0];

  function spotOf(question: string): number {
    const place = newer.placeOf(question);
    if (place !== undefined) return place * 2;
    const earlier = older.placeOf(question);
    if (earlier !== undefined) return earlier * 2 + 1;
    const own = ownString(question);
    questions.push(own);
    return newer.add(own) * 2;
  }

  return {
    get isFull() {
      return rows >= ENOUGH_ROWS || length >= ENOUGH_BYTES || questions.length >= ENOUGH_QUESTIONS;
    },
    questions,
    add(record, question) {
      const line = record.lineBytes();
      const end = length + line.length;
      if (end > bytes.length) bytes = enlarged(bytes, length, end);
      if (rows * 3 === spots.length) spots = withRoom(spots);
      bytes.set(line, length);
      spots[rows * 3] = end - record.lineBreak().length;
      spots[rows * 3 + 1] = end;
      spots[rows * 3 + 2] = spotOf(question);
      rows++;
      length = end;
    },
    answer: (cells, match) => newer.answer(cells, match),
    *written(matches) {
      let [at, start] = [0, 0];
      for (let row = 0; row < rows; row++) {
        const end = spots[row * 3] as number;
        const next = spots[row * 3 + 1] as number;
        const spot = spots[row * 3 + 2] as number;
        const shelf = spot % 2 === 0 ? newer : older;
        const place = spot >>> 1;
        const match = shelf.matchAt(place);
        matches[match] = (matches[match] ?? 0) + 1;
        const size = next - start + shelf.sizeAt(place);
        if (at + size > PIECE_BYTES) {
          yield piece.subarray(0, at);
          at = 0;
        }
        if (size > PIECE_BYTES) {
          yield bytes.subarray(start, end);
          yield piece.subarray(0, shelf.copyTo(piece, 0, place));
          yield bytes.subarray(end, next);
        } else {
          at += bytes.copy(piece, at, start, end);
          at += shelf.copyTo(piece, at, place);
          at += bytes.copy(piece, at, end, next);
        }
        start = next;
      }
      yield piece.subarray(0, at);
    },
    clear(shelves) {
      [newer, older] = shelves;
      [rows, length] = [0, 0];
      questions.length = 0;
      if (bytes.length > MOST_KEPT_BYTES) bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    },
  };
}

function enlarged(bytes: Buffer<ArrayBuffer>, used: number, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, bytes.length * 2));
  bytes.copy(larger, 0, 0, used);
  return larger;
}
