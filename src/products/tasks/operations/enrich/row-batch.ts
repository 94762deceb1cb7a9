import type { TableRecord } from '../../table/task-table.ts';
import type { CachedAnswer } from './answer-cache.ts';

/** Rows that wait for their answers, as they stand in the file. */
export interface RowBatch {
  readonly rows: number;
  readonly bytes: number;
  /** What nobody has asked yet. */
  readonly unanswered: CachedAnswer[];
  add(record: TableRecord, answer: CachedAnswer): void;
  /** Each row with the cells of its answer behind it, in pieces; a piece is valid until the next one. Counts the matches. */
  written(matches: Record<string, number>): Generator<Uint8Array>;
}

const LINE_BREAKS = ['', '\n', '\r\n', '\r'] as const;
const BREAK_BYTES = LINE_BREAKS.map((text) => Buffer.from(text));
const PIECE_BYTES = 256 * 1024;
const FIRST_BYTES = 1024 * 1024;

export function createRowBatch(): RowBatch {
  let bytes = Buffer.allocUnsafe(FIRST_BYTES);
  let length = 0;
  const ends: number[] = [];
  const breaks: number[] = [];
  const answers: CachedAnswer[] = [];
  return {
    get rows() {
      return ends.length;
    },
    get bytes() {
      return length;
    },
    unanswered: [],
    add(record, answer) {
      const raw = record.raw();
      if (length + raw.length > bytes.length) bytes = enlarged(bytes, length, length + raw.length);
      raw.copy(bytes, length);
      length += raw.length;
      ends.push(length);
      breaks.push(LINE_BREAKS.indexOf(record.lineBreak()));
      answers.push(answer);
    },
    *written(matches) {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      let [at, start] = [0, 0];
      for (let row = 0; row < ends.length; row++) {
        const end = ends[row] as number;
        const { cells, match } = answers[row] as CachedAnswer;
        matches[match] = (matches[match] ?? 0) + 1;
        const lineBreak = BREAK_BYTES[breaks[row] as number] as Buffer;
        const raw = bytes.subarray(start, end);
        start = end;
        const size = raw.length + cells.length + lineBreak.length;
        if (at + size > PIECE_BYTES) {
          yield piece.subarray(0, at);
          at = 0;
        }
        if (size > PIECE_BYTES) {
          yield Buffer.concat([raw, Buffer.from(cells, 'latin1'), lineBreak]);
          continue;
        }
        piece.set(raw, at);
        at += raw.length;
        at += piece.write(cells, at, 'latin1');
        piece.set(lineBreak, at);
        at += lineBreak.length;
      }
      yield piece.subarray(0, at);
    },
  };
}

function enlarged(bytes: Buffer<ArrayBuffer>, used: number, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(Math.max(needed, bytes.length * 2));
  bytes.copy(larger, 0, 0, used);
  return larger;
}
