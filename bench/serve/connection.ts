import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** One keep-alive connection that asks and waits; made for load tests, where the client must cost next to nothing. */
export interface LeanConnection {
  /** The status of the answer, once all of it has come. */
  get(path: string): Promise<number>;
  close(): void;
}

/** Reads answers that state their length, as all JSON answers of the server do. */
export async function openConnection(url: string): Promise<LeanConnection> {
  const { hostname, port, host } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let waiting: PromiseWithResolvers<number> | undefined;
  let head: Buffer = Buffer.alloc(0);
  let status = 0;
  let missing = 0;

  function readHead(chunk: Buffer): void {
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    const end = head.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const text = head.toString('latin1', 0, end);
    status = Number(text.slice(9, 12));
    const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
    if (length === undefined) return fail(new Error('an answer without a length'));
    missing = Number(length) - (head.length - end - END_OF_HEAD.length);
    head = Buffer.alloc(0);
    if (missing === 0) finish();
  }

  function finish(): void {
    const done = waiting;
    waiting = undefined;
    done?.resolve(status);
  }

  function fail(error: Error): void {
    waiting?.reject(error);
    waiting = undefined;
    socket.destroy();
  }

  socket.on('data', (chunk: Buffer) => {
    if (missing === 0) return readHead(chunk);
    missing -= chunk.length;
    if (missing === 0) finish();
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  return {
    get(path) {
      waiting = Promise.withResolvers<number>();
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}
