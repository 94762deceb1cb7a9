import { ConfigError } from '#platform/config.ts';
import { AppError, OutageError } from '#platform/errors.ts';
import { ApiError, describeApiError } from './client/api-error.ts';

/** An end of a command that was already told to the user. */
export class ToldError extends Error {
  override readonly name = 'ToldError';
}

/** What went wrong, for people: expected failures in one line, others with their stack. */
export function describeFailure(error: unknown): string {
  if (error instanceof ToldError || error instanceof ConfigError) return error.message;
  if (error instanceof ApiError) return describeApiError(error);
  if (error instanceof AppError) return `${error.code}: ${error.message}`;
  if (error instanceof OutageError) return `unavailable: ${error.message}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === '28P01' || code === '3D000') {
    return `database_unreachable: ${message || code}. Check DATABASE_URL; "affirm-name doctor" looks at the rest.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
