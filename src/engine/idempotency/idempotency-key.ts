import type { IncomingHttpHeaders } from 'node:http';
import { Type } from 'typebox';
import { AppError } from '#platform/errors.ts';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** For the documentation of a route; what is wrong with a key is said by the readers below. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description: 'The same request under the same key makes one thing, however often it is sent',
    }),
  ),
});

/**
 * The key under which a request is done once, from the header `Idempotency-Key` (quoted or bare) or from a field of
 * the body; undefined where neither has one. Throws AppError invalid: invalid_idempotency_key,
 * idempotency_keys_differ.
 */
export function readIdempotencyKey(headers: IncomingHttpHeaders, inBody?: string): string | undefined {
  const header = headers['idempotency-key']?.toString();
  const keys = [header === undefined ? undefined : unquoted(header.trim()), inBody].filter(
    (key) => key !== undefined,
  );
  if (!keys.every((key) => PRINTABLE.test(key))) {
    const message =
      'An idempotency key is 1 to 255 printable ASCII characters, quoted or bare. A UUID is one.';
    throw new AppError('invalid', 'invalid_idempotency_key', message);
  }
  if (new Set(keys).size > 1) {
    const message = 'The idempotency keys in the header and in the body differ. Send one of them.';
    throw new AppError('invalid', 'idempotency_keys_differ', message);
  }
  return keys[0];
}

/** As `readIdempotencyKey`; throws AppError invalid `idempotency_key_required` where there is none. */
export function requireIdempotencyKey(headers: IncomingHttpHeaders, inBody?: string): string {
  const key = readIdempotencyKey(headers, inBody);
  if (key !== undefined) return key;
  const message =
    'Send the header Idempotency-Key, e.g. a new UUID; the same request under the same key is done once.';
  throw new AppError('invalid', 'idempotency_key_required', message);
}

/** Half a quotation is refused by the empty text that it becomes. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  return QUOTED.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? '';
}
