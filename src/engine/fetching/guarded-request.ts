import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as askHttp } from 'node:http';
import { Agent as HttpsAgent, request as askHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { createDeadline, type Deadline } from './deadline.ts';
import { asUrlError } from './url-errors.ts';
import { checkUrl, type ResolvedAddress, type UrlRules, vettedAddresses } from './url-guard.ts';

export interface GuardedRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly rules: UrlRules;
  /** Name resolution, connection and TLS together; default 5 s. */
  readonly connectMs?: number;
  /** From the connection to the end of the answer's headers; default 10 s. */
  readonly headersMs?: number;
  readonly signal: AbortSignal;
}

const CONNECT_MS = 5_000;
const HEADERS_MS = 10_000;

/**
 * One HTTP exchange with a server that a caller named, its answer's body not read yet and not decoded. The name is
 * resolved once and only the addresses that were checked can be connected to; redirects are answers like others,
 * proxies of the environment are passed by. Throws AppError 422 `url_…`, or the signal's reason.
 */
export async function sendGuarded(request: GuardedRequest): Promise<IncomingMessage> {
  const { url, rules, signal, connectMs = CONNECT_MS } = request;
  signal.throwIfAborted();
  checkUrl(url.href, rules);
  const deadline = createDeadline(signal);
  deadline.set(connectMs);
  try {
    const addresses = await deadline.race(vettedAddresses(url, rules));
    return await exchange(request, addresses, deadline);
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw asUrlError(error, 'url_unreachable');
  } finally {
    deadline.clear();
  }
}

function exchange(
  request: GuardedRequest,
  addresses: readonly ResolvedAddress[],
  deadline: Deadline,
): Promise<IncomingMessage> {
  const { url, method, headers, body, headersMs = HEADERS_MS } = request;
  const isTls = url.protocol === 'https:';
  const options: RequestOptions = {
    method,
    headers: body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
    lookup: answerOnly(addresses),
    signal: deadline.signal,
  };
  // An agent of its own shares no connection with other requests and knows no proxy; certificates count, whatever
  // the environment says.
  const asked = isTls
    ? askHttps(url, { ...options, agent: new HttpsAgent({ keepAlive: false }), rejectUnauthorized: true })
    : askHttp(url, { ...options, agent: new HttpAgent({ keepAlive: false }) });
  return new Promise((resolve, reject) => {
    asked.once('socket', (socket) => {
      socket.once(isTls ? 'secureConnect' : 'connect', () => deadline.set(headersMs));
    });
    asked.once('response', (response) => {
      // Who reads the body hears of a break there; before that, and of one that nobody reads, nobody needs to.
      response.on('error', () => {});
      resolve(response);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A `lookup` that knows the checked addresses and no others, so that a second answer of DNS is never asked for. */
function answerOnly(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first = { address: '', family: 0 }] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
