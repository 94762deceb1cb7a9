import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

const MAX_VALUE_LENGTH = 256;

/** What is wrong with one cell, or with a record as a whole (then `column_index` and `field` are null). */
export interface FieldError {
  readonly code: ErrorCode;
  /** The first column is 1, as with lines and records. */
  readonly column_index: number | null;
  readonly field: string | null;
  /** What was found, at most 256 characters of it. */
  readonly value: string;
  /** What is wrong and what to do. */
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

export interface FieldErrorFacts {
  readonly column?: number | null;
  readonly field?: string | null;
  readonly value?: string;
  /** Where absent, the message of the code in `error-codes.ts`. */
  readonly message?: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

/** `fieldError('invalid_count', { column: 3, field: 'count', value: cell })` */
export function fieldError(code: ErrorCode, facts: FieldErrorFacts = {}): FieldError {
  return {
    code,
    column_index: facts.column ?? null,
    field: facts.field ?? null,
    value: shownValue(facts.value ?? ''),
    message: facts.message ?? ERROR_CODES[code].message,
    ...(facts.expected !== undefined && { expected: facts.expected }),
    ...(facts.suggestion !== undefined && { suggestion: facts.suggestion }),
  };
}

// Storable in PostgreSQL and never half a character: no NUL, no half surrogate pair.
function shownValue(value: string): string {
  return value.slice(0, MAX_VALUE_LENGTH).toWellFormed().replaceAll('\0', '\u2400');
}
