import { Type } from 'typebox';
import type { AppError, ErrorKind } from '#platform/errors.ts';

/** The only table from the kind of an error to an HTTP status. */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_type: 415,
  unprocessable: 422,
  rate_limited: 429,
  unavailable: 503,
};

export const ErrorEnvelope = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ description: 'Stable word for programs' }),
      message: Type.String({ description: 'What to do, for people' }),
      details: Type.Optional(
        Type.Unknown({ description: 'Each field of a validation error, or further facts' }),
      ),
      request_id: Type.String(),
    }),
  },
  { description: 'What every error looks like' },
);

interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details?: unknown;
    readonly request_id: string;
  };
}

export function statusOf(kind: ErrorKind): number {
  return STATUS[kind];
}

export function errorBody(error: AppError, requestId: string): ErrorBody {
  const { code, message, details } = error;
  const shown = details === undefined ? {} : { details };
  return { error: { code, message, ...shown, request_id: requestId } };
}
