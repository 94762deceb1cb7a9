import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { releaseAsRead } from '#platform/memory.ts';

/** Bytes of a COPY; whoever leaves it before its end ends the connection too. */
export interface CopyOut extends Readable {
  /** Rows, known when the next statement of the session has ended. */
  readonly rowCount: number;
}

/** What pg calls on a query that it was given to send. */
interface Submittable {
  submit(connection: Connection): void;
  handleError(error: Error): void;
  handleCommandComplete(message: { readonly text?: string }): void;
  handleReadyForQuery(): void;
}

interface Connection {
  readonly stream: Socket;
  query(text: string): void;
}

type DataListener = (chunk: Buffer) => void;

const COPY_DATA = 'd'.charCodeAt(0);
/** With these the rows are over: CopyDone, ErrorResponse. Others before them (start, notices) say nothing to us. */
const ENDS = new Set(['c', 'E'].map((letter) => letter.charCodeAt(0)));
const HEAD_BYTES = 5;
const BUFFER_BYTES = 256 * 1024;
/** After a read of less than this, more is left to gather in the kernel before the next one. */
const LARGE_BYTES = 32 * 1024;
const GATHER_MS = 1;

/**
 * `COPY … TO STDOUT` as bytes. The server sends 8 KB at a time, and a message for every row; here their contents come
 * in pieces of up to 64 KB, each of which is read and sent on at once: many small ones take twice the processor's time.
 * `ended` is called when the last row has come or the server has refused, so that the connection is free for the next
 * statement.
 */
export function createCopyOut(statement: string, ended: () => void): CopyOut & Submittable {
  let connection: Connection | undefined;
  let listener: DataListener | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let isWanted = true;
  const release = releaseAsRead();

  const readRows = createMessageReader((chunk, length) => {
    if (length > 0) isWanted = stream.push(chunk.subarray(0, length));
  }, giveBack);
  const stream = new Readable({
    highWaterMark: BUFFER_BYTES,
    read() {
      isWanted = true;
      goOn();
    },
    destroy(error, done) {
      clearTimeout(gathering);
      done(error);
    },
  });
  // The reader hears of it in its pipeline; a connection that ends later must not be an error that nobody handles.
  stream.on('error', () => {});

  function goOn(): void {
    if (isWanted && gathering === undefined) connection?.stream.resume();
  }

  function read(chunk: Buffer): void {
    readRows(chunk);
    release(chunk.length);
    if (!connection) return;
    if (chunk.length < LARGE_BYTES) {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        goOn();
      }, GATHER_MS);
    }
    if (!isWanted || gathering !== undefined) connection.stream.pause();
  }

  /** Lets pg hear the socket again, beginning with what came behind the rows. */
  function giveBack(rest: Buffer): void {
    const socket = connection?.stream;
    connection = undefined;
    clearTimeout(gathering);
    ended();
    socket?.off('data', read).on('data', listener as DataListener);
    listener?.(rest);
    // Not for an error, which pg has just handed to us.
    if (!stream.destroyed) stream.push(null);
    socket?.resume();
  }

  return Object.assign(stream, {
    rowCount: 0,
    submit(given: Connection) {
      connection = given;
      listener = given.stream.listeners('data')[0] as DataListener;
      given.stream.off('data', listener).on('data', read);
      given.query(statement);
    },
    handleError(error: Error) {
      connection = undefined;
      stream.destroy(error);
    },
    handleCommandComplete(this: { rowCount: number }, { text = '' }: { readonly text?: string }) {
      this.rowCount = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
    },
    handleReadyForQuery() {},
  });
}

/**
 * Reads PostgreSQL's messages from chunks that are cut anywhere: a letter, the length of all but the letter, contents.
 * Those of rows are moved together in the chunk itself, since a copy of each to elsewhere takes twice the time.
 */
function createMessageReader(
  onRows: (chunk: Buffer, length: number) => void,
  onEnd: (rest: Buffer) => void,
): DataListener {
  const cutHead = Buffer.alloc(HEAD_BYTES);
  let headLength = 0;
  let left = 0;
  let isRow = false;

  return (chunk) => {
    let at = 0;
    let length = 0;
    while (at < chunk.length) {
      if (left > 0) {
        const end = Math.min(at + left, chunk.length);
        if (isRow) {
          chunk.copyWithin(length, at, end);
          length += end - at;
        }
        left -= end - at;
        at = end;
        continue;
      }
      let head = chunk;
      let from = at;
      if (headLength > 0 || chunk.length - at < HEAD_BYTES) {
        const taken = chunk.copy(cutHead, headLength, at, at + HEAD_BYTES - headLength);
        headLength += taken;
        at += taken;
        if (headLength < HEAD_BYTES) break;
        head = cutHead;
        from = headLength = 0;
      } else {
        at += HEAD_BYTES;
      }
      const letter = head[from] as number;
      if (letter !== COPY_DATA && ENDS.has(letter)) {
        onRows(chunk, length);
        onEnd(Buffer.concat([head.subarray(from, from + HEAD_BYTES), chunk.subarray(at)]));
        return;
      }
      isRow = letter === COPY_DATA;
      left = head.readUInt32BE(from + 1) - 4;
    }
    onRows(chunk, length);
  };
}
