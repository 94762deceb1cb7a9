import type { TableRecord } from '../../table/task-table.ts';
import type { CachedAnswer } from './answer-cache.ts';

/** Rows that wait for their answers, as they stand in the file. Used again and again: large buffers are collected late. */
export interface RowBatch {
  readonly rows: number;
  readonly bytes: number;
  /** What nobody has asked yet. */
  readonly unanswered: CachedAnswer[];
  add(record: TableRecord, answer: CachedAnswer): void;
  /** Each row with the cells of its answer behind it, in pieces; a piece is valid until the next one. Counts the matches. */
  written(matches: Record<string, number>): Generator<Uint8Array>;
  clear(): void;
}

const PIECE_BYTES = 256 * 1024;
const FIRST_BYTES = 1024 * 1024;
const FIRST_ROWS = 16_384;
/** What one very long row needs is not kept. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

export function createRowBatch(): RowBatch {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Where the cells of a row end, and where its line break does. */
  let ends = new Uint32Array(FIRST_ROWS * 2);
  const answers: CachedAnswer[] = [];
  const unanswered: CachedAnswer[] = [];
  let rows = 0;
  let length = 0;

  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return length;
    },
    unanswered,
    add(record, answer) {
      const line = record.lineBytes();
      const end = length + line.length;
      if (end > bytes.length) bytes = enlarged(bytes, length, end);
      if (rows * 2 === ends.length) ends = withRoom(ends);
      bytes.set(line, length);
      ends[rows * 2] = end - record.lineBreak().length;
      ends[rows * 2 + 1] = end;
      answers[rows++] = answer;
      length = end;
    },
    *written(matches) {
      let [at, start] = [0, 0];
      for (let row = 0; row < rows; row++) {
        const { cells, match } = answers[row] as CachedAnswer;
        matches[match] = (matches[match] ?? 0) + 1;
        const end = ends[row * 2] as number;
        const next = ends[row * 2 + 1] as number;
        const size = next - start + cells.length;
        if (at + size > PIECE_BYTES) {
          yield piece.subarray(0, at);
          at = 0;
        }
        if (size > PIECE_BYTES) {
          yield bytes.subarray(start, end);
          yield Buffer.from(cells, 'latin1');
          yield bytes.subarray(end, next);
        } else {
          at += bytes.copy(piece, at, start, end);
          at += piece.write(cells, at, 'latin1');
          at += bytes.copy(piece, at, end, next);
        }
        start = next;
      }
      yield piece.subarray(0, at);
    },
    clear() {
      rows = 0;
      length = 0;
      unanswered.length = 0;
      if (bytes.length > MOST_KEPT_BYTES) bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    },
  };
}

function enlarged(bytes: Buffer<ArrayBuffer>, used: number, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, bytes.length * 2));
  bytes.copy(larger, 0, 0, used);
  return larger;
}

function withRoom(ends: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(ends.length * 2);
  larger.set(ends);
  return larger;
}
