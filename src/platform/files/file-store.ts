import type { Readable } from 'node:stream';
import { AppError } from '#platform/errors.ts';

export interface WriteOptions {
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
  /** Chunks are in memory that the caller uses again, so that nothing has to be collected behind them. */
  readonly isReused?: boolean;
}

export interface StoredFile {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Files under keys that our own code makes (`datasets/<uuid>/original`), never a caller's path or name. */
export interface FileStore {
  /**
   * Streams bytes in under `key`; SHA-256 (hex) while writing. All or nothing: when the source fails, is aborted or
   * exceeds `maxBytes` (AppError too_large, `file_too_large`), nothing stays behind. An existing file is replaced.
   * A chunk is read until the next one is asked for; then its memory may be used again.
   */
  write(
    key: string,
    source: AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<{ size: number; sha256: string }>;
  /** Bytes start..end (end exclusive; default: all). Throws AppError not_found. */
  read(key: string, range?: { start?: number; end?: number }, signal?: AbortSignal): Promise<Readable>;
  /** Bytes, or undefined when there is no such file. */
  size(key: string): Promise<number | undefined>;
  /** An absent file is fine. */
  delete(key: string): Promise<void>;
  /** All files whose key begins with `prefix`, in no particular order. */
  list(prefix: string): AsyncIterable<StoredFile>;
  /**
   * Removes what writers that died left behind: of files whose key begins with `prefix`, as far as the store knows,
   * begun earlier than `before`. Answers how many.
   */
  sweepUnfinished(prefix: string, before: Date): Promise<number>;
  /**
   * Where a client without a key of ours can fetch the file, whole or a range of it, for a short time; absent where the
   * store has no such thing.
   */
  readonly downloadUrl?: (key: string, download: Download) => Promise<string>;
  /** Throws when the store cannot be reached. */
  check(): Promise<void>;
}

/** How a file arrives at its client. */
export interface Download {
  /** The header of this name. */
  readonly contentDisposition: string;
  readonly contentType: string;
}

const KEY = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** A key that is none is a bug of ours: keys never come from outside. */
export function assertKey(key: string): void {
  if (!isKey(key)) throw new Error(`Not a file key: ${JSON.stringify(key)}`);
}

export function isKey(text: string): boolean {
  return text.length <= 512 && KEY.test(text);
}

export function fileTooLarge(maxBytes: number): AppError {
  return new AppError(
    'too_large',
    'file_too_large',
    `The file is larger than the limit of ${maxBytes} bytes.`,
    {
      max_bytes: maxBytes,
    },
  );
}

export function fileNotFound(): AppError {
  return new AppError('not_found', 'file_not_found', 'The file is no longer kept.');
}

export function storageFull(cause: unknown): AppError {
  const message = 'There is no room left for files. Free some and try again.';
  return new AppError('unavailable', 'storage_full', message, undefined, { cause });
}
