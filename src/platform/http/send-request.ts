import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as askHttp } from 'node:http';
import { Agent as HttpsAgent, request as askHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

export interface HostAddress {
  readonly address: string;
  /** 4 or 6. */
  readonly family: number;
}

export interface OutgoingRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the URL's host is connected to, whatever DNS says by now; unused where the host is an address itself. */
  readonly addresses: readonly HostAddress[];
  readonly signal: AbortSignal;
  /** Called when the connection stands, TLS included. */
  readonly onConnected: () => void;
}

/**
 * One request to a foreign server, its answer's body neither read nor decoded. No redirect is followed, no connection
 * shared, no proxy of the environment used, and certificates count, whatever the environment says.
 * Rejects with the error of the socket, of TLS or of the HTTP parser.
 */
export function sendRequest(request: OutgoingRequest): Promise<IncomingMessage> {
  const { url, method, headers, body, addresses, signal, onConnected } = request;
  const isTls = url.protocol === 'https:';
  const options: RequestOptions = {
    method,
    headers: body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
    lookup: answerOnly(addresses),
    signal,
  };
  const asked = isTls
    ? askHttps(url, { ...options, agent: new HttpsAgent({ keepAlive: false }), rejectUnauthorized: true })
    : askHttp(url, { ...options, agent: new HttpAgent({ keepAlive: false }) });
  return new Promise((resolve, reject) => {
    asked.once('socket', (socket) => socket.once(isTls ? 'secureConnect' : 'connect', onConnected));
    asked.once('response', (response) => {
      // Who reads the body hears of a break there; before that, and of one that nobody reads, nobody needs to.
      response.on('error', () => {});
      resolve(response);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A `lookup` that knows these addresses and no others, so that DNS is never asked a second time. */
function answerOnly(addresses: readonly HostAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first = { address: '', family: 0 }] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
