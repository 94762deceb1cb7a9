/** The bytes being read, and where they stand in the file. */
export interface ChunkWindow {
  buffer: Buffer;
  baseOffset: number;
  /** No byte follows the buffer. */
  isLast: boolean;
}

export interface ChunkFeed {
  push(chunk: Buffer): void;
  end(): void;
}

const NOTHING = Buffer.alloc(0);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export function chunkWindow(baseOffset = 0): ChunkWindow {
  return { buffer: BYTE_ORDER_MARK, baseOffset, isLast: false };
}

/**
 * Joins chunks of any size into windows. `read` reads from a position of the window on and answers where it stopped;
 * what is left is shown again with more behind it. A byte-order mark at the start of the file is passed over.
 */
export function feedWindow(
  window: ChunkWindow,
  mayStartWithMark: boolean,
  read: (from: number) => number,
): ChunkFeed {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let wantedBytes = BYTE_ORDER_MARK.length;

  return {
    push(chunk) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes >= wantedBytes) consume();
    },
    end() {
      window.isLast = true;
      consume();
    },
  };

  function consume(): void {
    const [only] = pending;
    window.buffer = pending.length === 1 && only !== undefined ? only : Buffer.concat(pending);
    const position = read(startOfText());
    const rest = window.buffer.subarray(position);
    window.baseOffset += position;
    pending = rest.length > 0 ? [Buffer.from(rest)] : [];
    pendingBytes = rest.length;
    // Whoever waits before the next chunk comes does not keep this one meanwhile.
    window.buffer = NOTHING;
    // An unfinished record is read again from its start: waiting for as much again keeps that linear.
    wantedBytes = Math.max(1, 2 * rest.length);
  }

  function startOfText(): number {
    const isMarked =
      mayStartWithMark && window.baseOffset === 0 && window.buffer.subarray(0, 3).equals(BYTE_ORDER_MARK);
    return isMarked ? BYTE_ORDER_MARK.length : 0;
  }
}
