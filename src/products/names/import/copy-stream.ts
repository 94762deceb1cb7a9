import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { releaseAsRead } from '#platform/memory.ts';
import { type CopyEncoder, createCopyEncoder } from '#platform/postgres/binary.ts';
import type { Session } from '#platform/postgres/database.ts';

const CHUNK_BYTES = 1 << 18;

/** A COPY that is under way. */
export interface CopyStream {
  readonly encoder: CopyEncoder;
  /** Resolves once the server can take more. */
  ready(): Promise<void>;
  end(): Promise<void>;
}

export function openCopy(session: Session, statement: string): CopyStream {
  const stream: Writable = session.copyIn(statement);
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  const release = releaseAsRead();
  const encoder = createCopyEncoder({
    chunkBytes: CHUNK_BYTES,
    onChunk(chunk) {
      release(chunk.length);
      // What the server has refused takes no more, and its reason is told by the next call.
      if (!failure) stream.write(chunk);
    },
  });
  return {
    encoder,
    async ready() {
      if (failure) throw failure;
      if (stream.writableNeedDrain) await once(stream, 'drain');
    },
    async end() {
      if (failure) throw failure;
      encoder.finish();
      if (failure) throw failure;
      stream.end();
      await finished(stream);
    },
  };
}
