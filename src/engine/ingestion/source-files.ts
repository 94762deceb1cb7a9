import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { emptyFile, formatUnsupported, workbookUnsupported } from './archive-errors.ts';
import { type BlockReader, createBlockReader } from './block-reader.ts';
import { openGzip } from './gzip-source.ts';
import type { IngestionLimits } from './limits.ts';
import { type KnownFormat, knownFormat, MAGIC_BYTES } from './magic.ts';
import type { RangeReader, SourceFile } from './source-file.ts';
import { openZip } from './zip-source.ts';

export type { SourceFile } from './source-file.ts';

export interface Source {
  readonly kind: 'plain' | 'gzip' | 'zip';
  /** In the order of the archive. */
  readonly files: readonly SourceFile[];
  /** Stored bytes of the upload. */
  readonly size: number;
  /** Stored bytes read by `open` so far, for progress. */
  bytesRead(): number;
  close(): Promise<void>;
}

/** Up to here a range is read through the window that neighbours share, beyond it as a stream of its own. */
const SMALL_RANGE_BYTES = 512 * 1024;

/**
 * The texts in an upload. What it is, its first bytes say, never its name.
 * Throws AppError: empty_file, not_text, archive_damaged, archive_encrypted, archive_nested, archive_limit
 * (unprocessable), format_unsupported (unsupported_type).
 */
export async function openSource(
  store: FileStore,
  key: string,
  filename: string,
  limits: IngestionLimits,
): Promise<Source> {
  const size = await store.size(key);
  if (size === undefined) throw new AppError('not_found', 'file_not_found', 'The file is no longer kept.');
  if (size === 0) throw emptyFile(`"${filename}"`);

  const blocks = createBlockReader(store, key, size);
  const format = knownFormat(await blocks.read(0, MAGIC_BYTES));
  let consumed = 0;
  const readRange: RangeReader = async function* (start, end, signal) {
    signal?.throwIfAborted();
    try {
      for await (const piece of await rangeOf(store, key, blocks, start, end, signal)) {
        consumed += (piece as Buffer).length;
        yield piece as Buffer;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
  const source = { size, bytesRead: () => consumed, close: () => Promise.resolve() };

  if (format?.family === 'gzip') {
    const file = await openGzip(filename, size, readRange, limits);
    consumed = 0;
    return { ...source, kind: 'gzip', files: [file] };
  }
  if (format?.family === 'zip' || (format?.family === 'workbook' && format.name === 'a workbook')) {
    return { ...source, kind: 'zip', files: await openZip(filename, blocks, readRange, limits) };
  }
  if (format !== undefined) throw notSupported(filename, format);
  const file: SourceFile = { name: filename, size, open: (signal) => readRange(0, size, signal) };
  return { ...source, kind: 'plain', files: [file] };
}

async function rangeOf(
  store: FileStore,
  key: string,
  blocks: BlockReader,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Iterable<unknown> | AsyncIterable<unknown>> {
  if (end - start <= SMALL_RANGE_BYTES) return [await blocks.read(start, end, signal)];
  return store.read(key, { start, end }, signal);
}

function notSupported(filename: string, format: KnownFormat): AppError {
  if (format.family === 'workbook') return workbookUnsupported(filename);
  if (format.family === 'archive') {
    const message = `"${filename}" is ${format.name}, and only zip and gzip can be read. Pack it as one of these.`;
    return formatUnsupported(message, format.name);
  }
  const message = `"${filename}" is ${format.name}, not a text. Send CSV, or a zip or gzip file with CSV in it.`;
  return new AppError('unprocessable', 'not_text', message, { found: format.name });
}
