const FOREIGN_KEY_VIOLATION = '23503';

/** A delete that failed because rows of other tables refer to the row. */
export function isReferenced(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === FOREIGN_KEY_VIOLATION;
}
