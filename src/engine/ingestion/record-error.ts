import { ERROR_CODES, type ErrorCategory, type ErrorPhase } from './error-codes.ts';
import type { FieldError } from './field-error.ts';

/** Where a record stands in its file. Lines and records count from 1, bytes from 0 in the decompressed text. */
export interface RecordPosition {
  readonly record: number;
  readonly lineStart: number;
  /** The last line of a record whose quoted cells contain line ends; else the same as `lineStart`. */
  readonly lineEnd: number;
  readonly byteOffset: number;
}

/** One line of the error report of an import, as the API shows it. */
export interface RecordError extends FieldError {
  /** Position in the report, from 1. */
  readonly seq: number;
  readonly category: ErrorCategory;
  readonly phase: ErrorPhase;
  /** The inner file of an archive; absent elsewhere. */
  readonly entry?: string;
  readonly record: number;
  readonly line_start: number;
  readonly line_end: number;
  readonly byte_offset: number;
  /** The column's name in the header of the file, where there is one. */
  readonly column: string | null;
  readonly constraint?: string;
  readonly conflict_with?: string;
}

export interface RecordErrorContext {
  readonly seq: number;
  readonly entry?: string;
  readonly header?: readonly string[];
}

export function recordError(error: FieldError, at: RecordPosition, context: RecordErrorContext): RecordError {
  const { category, phase } = ERROR_CODES[error.code];
  const column = error.column_index === null ? undefined : context.header?.[error.column_index - 1];
  return {
    seq: context.seq,
    ...error,
    category,
    phase,
    ...(context.entry !== undefined && { entry: context.entry }),
    record: at.record,
    line_start: at.lineStart,
    line_end: at.lineEnd,
    byte_offset: at.byteOffset,
    column: column ?? null,
  };
}
