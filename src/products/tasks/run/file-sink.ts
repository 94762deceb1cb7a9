import type { FileStore } from '#platform/files/file-store.ts';
import { createByteGatherer } from './gather-bytes.ts';

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

/** What may wait for the store before `drained` waits too. */
const MOST_WAITING_BYTES = 1024 * 1024;

export function createFileSink(files: FileStore, key: string, signal: AbortSignal): FileSink {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let end: { readonly error?: unknown } | undefined;
  let failure: { readonly error: unknown } | undefined;
  let moved = Promise.withResolvers<void>();
  const ring = (): void => {
    moved.resolve();
    moved = Promise.withResolvers<void>();
  };

  const gatherer = createByteGatherer((piece) => {
    waiting.push(piece);
    waitingBytes += piece.length;
    ring();
  });

  const stored = files.write(key, chunks(), { signal, isReused: true });
  stored.catch((error: unknown) => {
    failure = { error };
    ring();
  });

  return {
    write: (bytes) => gatherer.write(bytes),
    async drained() {
      while (waitingBytes > MOST_WAITING_BYTES && failure === undefined) await moved.promise;
      if (failure !== undefined) throw failure.error;
    },
    async end() {
      gatherer.flush();
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

  async function* chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) {
        waitingBytes -= next.length;
        yield next;
        // By asking for another one the store says that it is done with this one.
        gatherer.giveBack(next);
        ring();
      } else if (end === undefined) await moved.promise;
      else if ('error' in end) throw end.error;
      else return;
    }
  }
}
