import type { IncomingMessage } from 'node:http';
import { sendGuarded } from './guarded-request.ts';
import { urlError } from './url-errors.ts';
import { checkUrl, type UrlRules } from './url-guard.ts';

export interface UrlToOpen {
  readonly url: string;
  readonly rules: UrlRules;
  readonly connectMs: number;
  readonly headersMs: number;
  readonly signal: AbortSignal;
  /** Beside those that are always sent. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OpenedUrl {
  /** Of whatever status but a redirect; its body is not read yet. */
  readonly response: IncomingMessage;
  /** That was asked for first. */
  readonly url: URL;
}

const MAX_REDIRECTS = 3;

// No credentials, and nothing that could be taken for the caller's.
const HEADERS = { Accept: '*/*', 'Accept-Encoding': 'identity', 'User-Agent': 'affirm-name' };

/** The answer at the end of the redirects. Throws AppError 422 with one of the `url_…` codes, or the signal's reason. */
export async function openUrl({ url: text, headers, ...request }: UrlToOpen): Promise<OpenedUrl> {
  const first = checkUrl(text, request.rules);
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await sendGuarded({
      ...request,
      url,
      method: 'GET',
      headers: { ...HEADERS, ...headers },
    });
    const target = redirectOf(response, url);
    if (target === undefined) return { response, url: first };
    response.destroy();
    if (url.protocol === 'https:' && target.protocol === 'http:') throw urlError('url_not_allowed');
    url = checkUrl(target.href, request.rules);
  }
  throw urlError('url_redirects');
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return undefined;
  const target = URL.parse(headers.location, from.href);
  if (!target) throw urlError('url_not_allowed');
  return target;
}

/** Throws, and closes the connection, where the answer is not the whole of a file. */
export function assertWhole(response: IncomingMessage): void {
  const { statusCode = 0, headers } = response;
  // A gzip that was not asked for is stored as it came: readers of uploads unpack it within their limits.
  const isPlain = /^(?:identity|gzip|x-gzip)?$/i.test(headers['content-encoding'] ?? '');
  if (statusCode === 200 && isPlain) return;
  response.destroy();
  throw statusCode === 200 ? urlError('url_encoding') : urlError('url_status', { status: statusCode });
}
