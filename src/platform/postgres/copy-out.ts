import type { Socket } from 'node:net';
import { Readable } from 'node:stream';

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
const CHUNK_BYTES = 64 * 1024;
const BUFFER_BYTES = 4 * CHUNK_BYTES;
/** How long bytes may wait for others that are sent together with them. */
const WAIT_MS = 20;

/**
 * `COPY … TO STDOUT` as bytes. The server sends a message for every row and 8 KB at a time; here their contents come in
 * pieces of 64 KB, which cost far less on their way to a client. `ended` is called when the last row has come
 * or the server has refused, so that the connection is free for the next statement.
 */
export function createCopyOut(statement: string, ended: () => void): CopyOut & Submittable {
  let connection: Connection | undefined;
  let listener: DataListener | undefined;
  const pieces = createPieces((piece) => {
    if (!stream.push(piece)) connection?.stream.pause();
  });
  const reader = createMessageReader(pieces.add, giveBack);
  const stream = new Readable({
    highWaterMark: BUFFER_BYTES,
    read: () => void connection?.stream.resume(),
    destroy(error, done) {
      pieces.stop();
      done(error);
    },
  });
  // The reader hears of it in its pipeline; a connection that ends later must not be an error that nobody handles.
  stream.on('error', () => {});

  /** Lets pg hear the socket again, beginning with what came behind the rows. */
  function giveBack(rest: Buffer): void {
    const socket = connection?.stream;
    connection = undefined;
    pieces.flush();
    ended();
    socket?.off('data', reader).on('data', listener as DataListener);
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
      given.stream.off('data', listener).on('data', reader);
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

/** Puts bytes together into pieces; one that does not fill up goes after a moment. */
function createPieces(push: (piece: Buffer) => void): {
  add(chunk: Buffer, length: number): void;
  flush(): void;
  stop(): void;
} {
  let piece = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let sent = 0;
  let filled = 0;
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    if (filled > sent) push(piece.subarray(sent, filled));
    sent = filled;
  }

  return {
    add(chunk, length) {
      for (let at = 0; at < length;) {
        const copied = chunk.copy(piece, filled, at, length);
        at += copied;
        filled += copied;
        if (filled < CHUNK_BYTES) continue;
        send();
        piece = Buffer.allocUnsafeSlow(CHUNK_BYTES);
        sent = filled = 0;
      }
      if (filled > sent) timer ??= setTimeout(send, WAIT_MS);
    },
    flush: send,
    stop: () => clearTimeout(timer),
  };
}
