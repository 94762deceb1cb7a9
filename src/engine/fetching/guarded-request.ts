import type { IncomingMessage } from 'node:http';
import { type OutgoingRequest, sendRequest } from '#platform/http/send-request.ts';
import { createDeadline } from './deadline.ts';
import { asUrlError } from './url-errors.ts';
import { checkUrl, type UrlRules, vettedAddresses } from './url-guard.ts';

export interface GuardedRequest extends Omit<OutgoingRequest, 'addresses' | 'onConnected'> {
  readonly rules: UrlRules;
  /** Name resolution, connection and TLS together; default 5 s. */
  readonly connectMs?: number;
  /** From the connection to the end of the answer's headers; default 10 s. */
  readonly headersMs?: number;
}

const CONNECT_MS = 5_000;
const HEADERS_MS = 10_000;

/**
 * One HTTP exchange with a server that a caller named, its answer's body not read yet. The name is resolved once, and
 * only the addresses that were checked can be connected to; a redirect is an answer like others.
 * Throws AppError 422 `url_…`, or the signal's reason.
 */
export async function sendGuarded(request: GuardedRequest): Promise<IncomingMessage> {
  const { url, rules, signal, connectMs = CONNECT_MS, headersMs = HEADERS_MS } = request;
  signal.throwIfAborted();
  checkUrl(url.href, rules);
  const deadline = createDeadline(signal);
  deadline.set(connectMs);
  try {
    const addresses = await deadline.race(vettedAddresses(url, rules));
    const onConnected = (): void => deadline.set(headersMs);
    return await sendRequest({ ...request, addresses, signal: deadline.signal, onConnected });
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw asUrlError(error, 'url_unreachable');
  } finally {
    deadline.clear();
  }
}
