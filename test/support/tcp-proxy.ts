import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * pass: both ways · busy: 503 with a page, without asking the server · silent: takes bytes and gives none ·
 * cut: closes the connection once `cutAfter` bytes of an answer have passed.
 */
export type ProxyMode = 'pass' | 'busy' | 'silent' | 'cut';

/** A wire between a client and a server, which a test spoils. */
export interface TcpProxy {
  readonly port: number;
  mode: ProxyMode;
  /** With `cut`; bytes of one connection. */
  cutAfter: number;
  /** Connections that were spoiled so far. */
  readonly spoiled: number;
  /** What clients have sent so far, as Latin-1; heads of requests are in there. */
  readonly sent: string;
  close(): Promise<void>;
}

const KEPT_TEXT = 200_000;
const PAGE = '<html><body>Service Unavailable</body></html>';
const BUSY = `HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/html\r\ncontent-length: ${PAGE.length}\r\nconnection: close\r\n\r\n${PAGE}`;

/** On a free port of 127.0.0.1, to `target` on the same. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const state = { mode: 'pass' as ProxyMode, cutAfter: 0, spoiled: 0, sent: '' };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let answered = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      state.sent = (state.sent + bytes.toString('latin1')).slice(-KEPT_TEXT);
      if (state.mode === 'busy') {
        state.spoiled++;
        client.end(BUSY);
        upstream.destroy();
      } else if (state.mode === 'silent') state.spoiled++;
      else upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (state.mode === 'silent') return;
      answered += bytes.length;
      if (state.mode === 'cut' && answered > state.cutAfter) {
        state.spoiled++;
        client.end(bytes.subarray(0, 100), () => client.destroy());
        upstream.destroy();
        return;
      }
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
