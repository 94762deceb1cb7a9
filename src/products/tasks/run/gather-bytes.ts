/** Gathers small writes into pieces, in memory that is used again. */
export interface ByteGatherer {
  /** Takes bytes, which are copied. */
  write(bytes: Uint8Array | string): void;
  /** Hands on what is gathered. */
  flush(): void;
  /** From now on the memory of a piece is free for another one. */
  giveBack(piece: Buffer): void;
}

const PIECE_BYTES = 64 * 1024;

/** `push` gets each piece, whose bytes stay as they are until it is given back. */
export function createByteGatherer(push: (piece: Buffer) => void): ByteGatherer {
  const free: ArrayBuffer[] = [];
  let piece = emptyPiece();
  let filled = 0;

  function emptyPiece(): Buffer {
    const memory = free.pop();
    return memory === undefined ? Buffer.allocUnsafeSlow(PIECE_BYTES) : Buffer.from(memory);
  }

  function flush(): void {
    if (filled === 0) return;
    push(piece.subarray(0, filled));
    piece = emptyPiece();
    filled = 0;
  }

  return {
    flush,
    giveBack({ buffer }) {
      // Larger ones were made for a single write.
      if (buffer.byteLength === PIECE_BYTES) free.push(buffer as ArrayBuffer);
    },
    write(bytes) {
      // A unit of UTF-16 takes at most three bytes of UTF-8.
      if (typeof bytes === 'string' && bytes.length * 3 <= PIECE_BYTES - filled) {
        filled += piece.write(bytes, filled);
        return;
      }
      const source = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      if (source.length > PIECE_BYTES - filled) flush();
      if (source.length > PIECE_BYTES) return push(Buffer.from(source));
      piece.set(source, filled);
      filled += source.length;
    },
  };
}
