import type { IncomingMessage } from 'node:http';

/** What tells later that a server still has the file whose answer broke off. */
export interface Continuation {
  /** For `If-Range`: a strong ETag, or else the time of the last change. */
  readonly validator: string;
  readonly encoding: string;
  /** Bytes of the whole; null where the server did not say. */
  readonly total: number | null;
}

/** Undefined where the rest cannot be asked for: the server takes no ranges, or says nothing that stands for the content. */
export function continuationOf({ headers }: IncomingMessage): Continuation | undefined {
  const validator = strongEtag(headers.etag) ?? strongTime(headers['last-modified'], headers.date);
  if (validator === undefined || !/\bbytes\b/i.test(headers['accept-ranges'] ?? '')) return undefined;
  return {
    validator,
    encoding: headers['content-encoding'] ?? '',
    total: bytesOf(headers['content-length']),
  };
}

/** The headers that ask for everything behind the first `from` bytes, or for the whole if it has changed. */
export function rangeHeaders(from: number, { validator }: Continuation): Record<string, string> {
  return { Range: `bytes=${from}-`, 'If-Range': validator };
}

/** Bytes of the whole where the answer is the rest of the same file; undefined where it is not. */
export function continues(
  { statusCode, headers }: IncomingMessage,
  from: number,
  { validator, encoding, total }: Continuation,
): number | undefined {
  const range = /^bytes (\d+)-\d+\/(\d+)$/i.exec(headers['content-range'] ?? '');
  if (statusCode !== 206 || Number(range?.[1]) !== from) return undefined;
  if ((headers['content-encoding'] ?? '') !== encoding) return undefined;
  if (validator.startsWith('"') && (headers.etag ?? validator) !== validator) return undefined;
  const whole = Number(range?.[2]);
  return whole === (total ?? whole) ? whole : undefined;
}

export function bytesOf(length: string | undefined): number | null {
  return length === undefined ? null : Number(length);
}

function strongEtag(etag: string | undefined): string | undefined {
  return etag?.startsWith('"') ? etag : undefined;
}

/** A file that changed within the second in which it was sent may have changed once more in the same second. */
function strongTime(changed: string | undefined, sent: string | undefined): string | undefined {
  const isOlder = Date.parse(sent ?? '') - Date.parse(changed ?? '') >= 1000;
  return isOlder ? changed : undefined;
}
