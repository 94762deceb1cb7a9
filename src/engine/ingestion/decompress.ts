import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';

/** Large pieces: the cost of a step through the thread pool is paid less often. */
const CHUNK_BYTES = 256 * 1024;

export interface Decompression {
  /** The decompressed bytes. Ends the source when it is left early; aborts throw the signal's reason. */
  readonly chunks: AsyncGenerator<Buffer>;
  /** Compressed bytes taken so far; at the end less than the source has where something follows the data. */
  bytesTaken(): number;
}

export function inflateRaw(source: AsyncIterable<Buffer>, signal?: AbortSignal): Decompression {
  return decompression(source, createInflateRaw({ chunkSize: CHUNK_BYTES }), signal);
}

/** Members that follow each other are one text, as the format says. */
export function gunzip(source: AsyncIterable<Buffer>, signal?: AbortSignal): Decompression {
  return decompression(source, createGunzip({ chunkSize: CHUNK_BYTES }), signal);
}

/** Whether zlib refused the data, in contrast to a source that could not be read. */
export function isDataFault(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function decompression(
  source: AsyncIterable<Buffer>,
  decoder: InflateRaw | Gunzip,
  signal?: AbortSignal,
): Decompression {
  return { chunks: decode(source, decoder, signal), bytesTaken: () => decoder.bytesWritten };
}

async function* decode(
  source: AsyncIterable<Buffer>,
  decoder: InflateRaw | Gunzip,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  const feeding = pipeline(source, decoder, signal === undefined ? {} : { signal });
  // Its failure is met below or, where the reader has left already, of no interest.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of decoder) yield chunk as Buffer;
    await feeding;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
