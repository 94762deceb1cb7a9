/**
 * What kind of refusal an error is. `http/error-envelope.ts` holds the only table from kind to HTTP status.
 * invalid: not understood · unprocessable: understood and refused by a rule.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'too_large'
  | 'unsupported_type'
  | 'unprocessable'
  | 'rate_limited'
  | 'unavailable';

/** Further facts about an error, shown to the client as `details`. */
export type ErrorDetails = Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];

/**
 * An expected failure that a client may see: a stable `code`, a `message` that says what to do, and `details`.
 * Anything else that is thrown is a bug or an outage.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: ErrorDetails | undefined;

  constructor(
    kind: ErrorKind,
    code: string,
    message: string,
    details?: ErrorDetails,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

/**
 * Something outside that we lean on cannot be reached just now, or asks for patience. Jobs wait it out, requests are
 * answered 503 with the message.
 */
export class OutageError extends Error {
  override readonly name = 'OutageError';
}

export function notFound(resource: string, id: string): AppError {
  return new AppError('not_found', 'not_found', `There is no ${resource} ${id}.`);
}

/** A request parameter that was not understood; `field` names it. */
export function invalidRequest(field: string, message: string): AppError {
  return new AppError('invalid', 'invalid_request', message, [{ field, message }]);
}
