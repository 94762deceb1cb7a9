import type { FileStore } from '#platform/files/file-store.ts';

/** A file of the store that is written bit by bit. */
export interface FileSink {
  /** Takes bytes without waiting; they are copied. */
  write(bytes: Uint8Array | string): void;
  /** Until the store has taken most of what was written. Throws what the store throws. */
  drained(): Promise<void>;
  /** The file is whole: stored under its key. */
  end(): Promise<StoredSink>;
  /** Nothing stays behind. */
  abort(error: unknown): Promise<void>;
}

export interface StoredSink {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
}

/** Small writes are gathered up to here. */
const PIECE_BYTES = 64 * 1024;
/** What may wait for the store before `drained` waits too. */
const MOST_WAITING_BYTES = 1024 * 1024;

export function createFileSink(files: FileStore, key: string, signal: AbortSignal): FileSink {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  let end: { readonly error?: unknown } | undefined;
  let failure: { readonly error: unknown } | undefined;
  let moved = Promise.withResolvers<void>();
  const ring = (): void => {
    moved.resolve();
    moved = Promise.withResolvers<void>();
  };

  const stored = files.write(key, chunks(), { signal });
  stored.catch((error: unknown) => {
    failure = { error };
    ring();
  });

  return {
    write(bytes) {
      const source = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      if (source.length > PIECE_BYTES - filled) flush();
      if (source.length > PIECE_BYTES) return push(Buffer.from(source));
      piece.set(source, filled);
      filled += source.length;
    },
    async drained() {
      while (waitingBytes > MOST_WAITING_BYTES && failure === undefined) await moved.promise;
      if (failure !== undefined) throw failure.error;
    },
    async end() {
      flush();
      end ??= {};
      ring();
      return { key, ...(await stored) };
    },
    async abort(error) {
      end ??= { error };
      ring();
      await stored.then(
        () => files.delete(key),
        () => {},
      );
    },
  };

  function flush(): void {
    if (filled === 0) return;
    push(piece.subarray(0, filled));
    piece = Buffer.allocUnsafe(PIECE_BYTES);
    filled = 0;
  }

  function push(bytes: Buffer): void {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    ring();
  }

  async function* chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) {
        waitingBytes -= next.length;
        yield next;
        ring();
      } else if (end === undefined) await moved.promise;
      else if ('error' in end) throw end.error;
      else return;
    }
  }
}
