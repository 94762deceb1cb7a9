import type { IncomingMessage } from 'node:http';
import type { FileStore } from '#platform/files/file-store.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { fileNameOf } from './file-name.ts';
import { sendGuarded } from './guarded-request.ts';
import { createPace, type PaceLimits } from './pace.ts';
import { asUrlError, urlError } from './url-errors.ts';
import { checkUrl, type UrlRules } from './url-guard.ts';

interface FetchLimits extends PaceLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  /** From the first step to the last byte, redirects included. */
  readonly totalMs: number;
}

export interface FetchOptions {
  readonly url: string;
  readonly store: FileStore;
  readonly key: string;
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly rules: UrlRules;
  readonly signal: AbortSignal;
  /** Cheap; called for every chunk. `bytesTotal` is what the server announced. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number | null) => void;
  /** Those of `FETCH_LIMITS` unless given. */
  readonly limits?: Partial<FetchLimits>;
}

export interface FetchedFile {
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly filename: string;
  /** As the server named it. */
  readonly contentType: string | null;
}

const FETCH_LIMITS: FetchLimits = {
  connectMs: 5_000,
  headersMs: 10_000,
  idleMs: 30_000,
  totalMs: 3_600_000,
  windowMs: 60_000,
  minBytesPerSecond: 1024,
};
const MAX_REDIRECTS = 3;

// No credentials, and nothing that could be taken for the caller's.
const HEADERS = { Accept: '*/*', 'Accept-Encoding': 'identity', 'User-Agent': 'affirm-name' };

/**
 * Fetches a file from a public server into the store, byte for byte as sent; nothing stays behind when it fails.
 * Throws AppError 422 with one of the `url_…` codes, or the signal's reason.
 */
export async function fetchIntoStore(options: FetchOptions): Promise<FetchedFile> {
  const limits = { ...FETCH_LIMITS, ...options.limits };
  const whole = createDeadline(options.signal);
  whole.set(limits.totalMs);
  try {
    const { response, url } = await follow(options, limits, whole.signal);
    try {
      const written = await options.store.write(options.key, bodyOf(response, options, limits, whole));
      const filename = fileNameOf(response.headers['content-disposition'], url);
      return { ...written, filename, contentType: response.headers['content-type'] ?? null };
    } finally {
      response.destroy();
    }
  } finally {
    whole.clear();
  }
}

/** The answer at the end of the redirects, and the URL that was asked for first. */
async function follow(
  { url: text, rules }: FetchOptions,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<{ response: IncomingMessage; url: URL }> {
  const first = checkUrl(text, rules);
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { connectMs, headersMs } = limits;
    const response = await sendGuarded({
      url,
      method: 'GET',
      headers: HEADERS,
      rules,
      connectMs,
      headersMs,
      signal,
    });
    const target = redirectOf(response, url);
    if (target === undefined) return { response: accepted(response), url: first };
    response.destroy();
    if (url.protocol === 'https:' && target.protocol === 'http:') throw urlError('url_not_allowed');
    url = checkUrl(target.href, rules);
  }
  throw urlError('url_redirects');
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return undefined;
  const target = URL.parse(headers.location, from.href);
  if (!target) throw urlError('url_not_allowed');
  return target;
}

function accepted(response: IncomingMessage): IncomingMessage {
  const { statusCode = 0, headers } = response;
  // A gzip that was not asked for is stored as it came: readers of uploads unpack it within their limits.
  const isPlain = /^(?:identity|gzip|x-gzip)?$/i.test(headers['content-encoding'] ?? '');
  if (statusCode === 200 && isPlain) return response;
  response.destroy();
  throw statusCode === 200 ? urlError('url_encoding') : urlError('url_status', { status: statusCode });
}

async function* bodyOf(
  response: IncomingMessage,
  { maxBytes, onProgress }: FetchOptions,
  limits: FetchLimits,
  whole: Deadline,
): AsyncGenerator<Buffer> {
  const announced = response.headers['content-length'];
  const total = announced === undefined ? null : Number(announced);
  const isTooLarge = (bytes: number): boolean => maxBytes > 0 && bytes > maxBytes;
  if (isTooLarge(total ?? 0)) throw urlError('url_too_large');
  const idle = createDeadline(whole.signal);
  const pace = createPace(limits);
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let done = 0;
  try {
    for (;;) {
      const begun = performance.now();
      idle.set(limits.idleMs);
      const { value, done: isEnd } = await idle.race(chunks.next());
      idle.clear();
      if (isEnd) return;
      done += value.length;
      if (isTooLarge(done)) throw urlError('url_too_large');
      pace.came(value.length, performance.now() - begun);
      onProgress?.(done, total);
      yield value;
    }
  } catch (error) {
    idle.signal.throwIfAborted();
    throw asUrlError(error, 'url_incomplete');
  } finally {
    idle.clear();
  }
}
