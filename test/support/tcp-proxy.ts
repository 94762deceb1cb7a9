import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * pass: both ways · busy: 503 with a page, without asking the server · silent: takes bytes and gives none ·
 * cut: closes the connection once `cutAfter` bytes of an answer have passed.
 */
type ProxyMode = 'pass' | 'busy' | 'silent' | 'cut';

/** A wire between a client and a server, which a test spoils. */
export interface TcpProxy {
  readonly port: number;
  mode: ProxyMode;
  /** With `cut`; bytes of one connection. */
  cutAfter: number;
  /** The answer to the next request whose head fits is lost, once; the server has done what it was asked. */
  loseAnswerTo: RegExp | undefined;
  /** Connections that were spoiled so far. */
  readonly spoiled: number;
  /** Of requests, as they came, each with its line and headers. */
  readonly heads: readonly string[];
  close(): Promise<void>;
}

const HEAD = /^[A-Z]+ \S+ HTTP\/1\.1\r\n[^]*?\r\n\r\n/;
const PAGE = '<html><body>Service Unavailable</body></html>';
const BUSY = `HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/html\r\ncontent-length: ${PAGE.length}\r\nconnection: close\r\n\r\n${PAGE}`;

/** On a free port of 127.0.0.1, to `target` on the same. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const state = {
    mode: 'pass' as ProxyMode,
    cutAfter: 0,
    loseAnswerTo: undefined as RegExp | undefined,
    spoiled: 0,
    heads: [] as string[],
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let answered = 0;
    let isLost = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const spoil = (last: Buffer | string = ''): void => {
      state.spoiled++;
      client.end(last, () => client.destroy());
      upstream.destroy();
    };
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      const [head] = HEAD.exec(text) ?? [];
      if (head !== undefined) state.heads.push(head);
      if (state.loseAnswerTo?.test(text)) {
        isLost = true;
        state.loseAnswerTo = undefined;
      }
      if (state.mode === 'busy') spoil(BUSY);
      else if (state.mode === 'silent') state.spoiled++;
      else upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (state.mode === 'silent') return;
      answered += bytes.length;
      if (isLost) return spoil();
      if (state.mode === 'cut' && answered > state.cutAfter) return spoil(bytes.subarray(0, 100));
      if (!client.write(bytes)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}
