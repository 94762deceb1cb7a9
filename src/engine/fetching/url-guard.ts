import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { HostAddress } from '#platform/http/send-request.ts';
import { isPlainAddress, isPublicAddress } from './address-rules.ts';
import { urlError } from './url-errors.ts';

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly HostAddress[]>;

/** Which addresses the server may connect to on behalf of a caller. */
export interface UrlRules {
  /** Hosts of the operator that may be private: `host` for ports 80 and 443, `host:port` for another; lower case. */
  readonly allowedHosts: readonly string[];
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
}

const USUAL_PORTS = new Set(['', '80', '443']);
const MAX_URL_LENGTH = 8192;

/** The URL of a text, or AppError 422 `url_not_allowed`. Looks at the text alone; names are resolved when it is fetched. */
export function checkUrl(text: string, rules: UrlRules): URL {
  const url = text.length > MAX_URL_LENGTH ? null : URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw urlError('url_not_allowed');
  if (url.username !== '' || url.password !== '') throw urlError('url_not_allowed');
  if (isAllowedHost(url, rules)) return url;
  const host = hostOf(url);
  const isClosed = isIP(host) === 0 ? isLocalName(host) : !isPublicAddress(host);
  if (isClosed || !USUAL_PORTS.has(url.port)) throw urlError('url_not_allowed');
  return url;
}

/**
 * The addresses that the URL's host may be reached at, resolved once. Throws AppError 422: `url_not_allowed` when
 * any of them is not public, `url_unreachable` when there is none.
 */
export async function vettedAddresses(url: URL, rules: UrlRules): Promise<readonly HostAddress[]> {
  const host = hostOf(url);
  const family = isIP(host);
  const found = family > 0 ? [{ address: host, family }] : await resolved(host, rules);
  const isOpen = isAllowedHost(url, rules) ? isPlainAddress : isPublicAddress;
  if (!found.every(({ address }) => isOpen(address))) throw urlError('url_not_allowed');
  if (found.length === 0) throw urlError('url_unreachable');
  return found;
}

async function resolved(
  host: string,
  { resolve = systemResolve }: UrlRules,
): Promise<readonly HostAddress[]> {
  try {
    return await resolve(host);
  } catch (error) {
    throw urlError('url_unreachable', { cause: error });
  }
}

function systemResolve(host: string): Promise<readonly HostAddress[]> {
  return lookup(host, { all: true });
}

function isAllowedHost(url: URL, { allowedHosts }: UrlRules): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const named = allowedHosts.includes(`${url.hostname}:${port}`);
  return named || (USUAL_PORTS.has(url.port) && allowedHosts.includes(url.hostname));
}

/** Without the brackets of IPv6. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Names that mean this machine whatever DNS says. */
function isLocalName(host: string): boolean {
  return /(?:^|\.)localhost\.?$/.test(host);
}
