/** Gathers small writes into pieces. */
export interface ByteGatherer {
  /** Takes bytes, which are copied. */
  write(bytes: Uint8Array | string): void;
  /** Hands on what is gathered. */
  flush(): void;
}

const PIECE_BYTES = 64 * 1024;

export function createByteGatherer(push: (piece: Buffer) => void): ByteGatherer {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;

  function flush(): void {
    if (filled === 0) return;
    push(piece.subarray(0, filled));
    piece = Buffer.allocUnsafe(PIECE_BYTES);
    filled = 0;
  }

  return {
    flush,
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
