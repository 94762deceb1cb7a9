import { ERROR_CODES, type ErrorCode } from '#engine/ingestion/error-codes.ts';
import type { FieldFault, FieldReading } from '#engine/imports/resource.ts';

/** A value that is not taken: `refused('enum', 'There is no status "x".', { expected: 'draft, published' })`. */
export function refused(
  code: ErrorCode,
  message: string = ERROR_CODES[code].message,
  advice: Pick<FieldFault, 'expected' | 'suggestion'> = {},
): FieldReading {
  return { fault: { code, message, ...advice } };
}
