import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A way to a server that can be interrupted. */
export interface Wire {
  /** The server's URL through this wire. */
  readonly url: string;
  /** Ends every connection and takes no new one, until mended. */
  cut(): void;
  /** All connections there are carry nothing any more and stay open, as behind a firewall that forgot them. */
  deaden(options?: { readonly newOnesToo: boolean }): void;
  /** New connections pass. */
  mend(): void;
  /** Connections that were deadened and that the client has not closed yet. */
  deadOnes(): number;
}

/** To the server of `url` on this machine. */
export async function wireTo(t: TestContext, url: string): Promise<Wire> {
  const target = new URL(url);
  const pairs = new Set<readonly [Socket, Socket]>();
  const dead = new Set<Socket>();
  let state: 'passes' | 'cut' | 'dead' = 'passes';
  const server = createServer((socket) => {
    if (state === 'cut') return socket.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [socket, upstream] as const;
    pairs.add(pair);
    for (const end of pair) {
      end.on('error', () => undefined);
      end.once('close', () => {
        pairs.delete(pair);
        dead.delete(socket);
        for (const each of pair) each.destroy();
      });
    }
    if (state === 'dead') return silence(pair);
    socket.pipe(upstream).pipe(socket);
  }).listen(0, '127.0.0.1');

  /** What is sent is taken, and lost. */
  function silence([socket, upstream]: readonly [Socket, Socket]): void {
    dead.add(socket);
    for (const end of [socket, upstream])
      end
        .unpipe()
        .on('data', () => undefined)
        .resume();
  }

  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const pair of pairs) for (const end of pair) end.destroy();
  });
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    cut() {
      state = 'cut';
      for (const pair of pairs) for (const end of pair) end.destroy();
    },
    deaden({ newOnesToo } = { newOnesToo: false }) {
      if (newOnesToo) state = 'dead';
      for (const pair of pairs) silence(pair);
    },
    mend() {
      state = 'passes';
    },
    deadOnes: () => dead.size,
  };
}
