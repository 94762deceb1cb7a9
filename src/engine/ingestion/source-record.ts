import type { FieldError } from './field-error.ts';
import type { RecordPosition } from './record-error.ts';

/** A record as it stands in its file. */
export interface SourceRecord extends RecordPosition {
  /** Where its content ends in the file; the line end follows. */
  readonly byteEnd: number;
  /** A copy of the source bytes without the line end; of a `line_too_long` only the first `maxLineBytes`. */
  raw(): Buffer;
}

/** A record that is not well-formed, with everything that is wrong with it. May be kept. */
export interface RefusedRecord extends SourceRecord {
  readonly errors: readonly FieldError[];
}

/** Where the first byte stands, when reading goes on in the middle of a file; never inside a record. */
export interface ReadingPosition {
  readonly byteOffset: number;
  readonly line: number;
  readonly record: number;
}
