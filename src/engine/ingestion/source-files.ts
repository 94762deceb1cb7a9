import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { releaseAsRead } from '#platform/memory.ts';
import { emptyFile, formatUnsupported } from './archive-errors.ts';
import { type BlockReader, createBlockReader } from './block-reader.ts';
import { openCube } from './cube-source.ts';
import { openGzip } from './gzip-source.ts';
import type { IngestionLimits } from './limits.ts';
import { type KnownFormat, knownFormat, MAGIC_BYTES } from './magic.ts';
import type { Openers, RangeReader, SourceFile } from './source-file.ts';
import { createSheetOpener, workbookBytes } from './workbook-source.ts';
import { openZip } from './zip-source.ts';

export type { SourceFile } from './source-file.ts';

export interface Source {
  readonly kind: 'plain' | 'gzip' | 'zip' | 'workbook';
  /** In the order of the archive; sheets in that of their workbook, hidden ones too. */
  readonly files: readonly SourceFile[];
  /** Stored bytes of the upload. */
  readonly size: number;
  /** Stored bytes read by `open` so far, for progress. */
  bytesRead(): number;
  close(): Promise<void>;
}

export interface SourceOptions {
  /** Lines of a sheet all end with its last column; default: each with its own last cell. */
  readonly evenRows?: boolean;
  /** Statistical cubes (JSON-stat, PC-Axis) are read as tables; default: as the texts that they are. */
  readonly cubes?: boolean;
}

/** Up to here a range is read through the window that neighbours share, beyond it as a stream of its own. */
const SMALL_RANGE_BYTES = 512 * 1024;

/**
 * The texts in an upload. What it is, its first bytes say, never its name. Each sheet of a workbook is a text.
 * Throws AppError: empty_file, not_text, archive_damaged, archive_encrypted, archive_nested, archive_limit,
 * workbook_damaged, workbook_too_large, with `cubes` cube_invalid (unprocessable), format_unsupported
 * (unsupported_type).
 */
export async function openSource(
  store: FileStore,
  key: string,
  filename: string,
  limits: IngestionLimits,
  { evenRows = false, cubes = false }: SourceOptions = {},
): Promise<Source> {
  const size = await store.size(key);
  if (size === undefined) throw new AppError('not_found', 'file_not_found', 'The file is no longer kept.');
  if (size === 0) throw emptyFile(`"${filename}"`);

  const blocks = createBlockReader(store, key, size);
  const start = await blocks.read(0, MAGIC_BYTES);
  const format = knownFormat(start);
  let consumed = 0;
  const release = releaseAsRead();
  const readRange: RangeReader = async function* (start, end, signal) {
    signal?.throwIfAborted();
    try {
      for await (const piece of await rangeOf(store, key, blocks, start, end, signal)) {
        consumed += (piece as Buffer).length;
        release((piece as Buffer).length);
        yield piece as Buffer;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
  const sheets = createSheetOpener(limits, { evenRows });
  const open: Openers = { sheets: sheets.open, text: cubes ? openCube : (file) => Promise.resolve(file) };
  const whole: SourceFile = { name: filename, size, open: (signal) => readRange(0, size, signal) };
  const asWorkbook = async (): Promise<Content> => ({
    kind: 'workbook',
    files: await sheets.open(filename, () => workbookBytes(whole)),
  });
  const content = async (): Promise<Content> => {
    if (format === undefined) return { kind: 'plain', files: [await open.text(whole, start)] };
    if (format.family === 'workbook') return asWorkbook();
    if (format.family === 'gzip') {
      return { kind: 'gzip', files: await openGzip(filename, size, readRange, limits, open) };
    }
    if (format.family !== 'zip') throw notSupported(filename, format);
    const files = await openZip(filename, blocks, readRange, limits, open);
    return files === null ? asWorkbook() : { kind: 'zip', files };
  };
  const found = await content();
  // What was looked at beforehand is read again.
  consumed = 0;
  return { ...found, size, bytesRead: () => consumed, close: () => Promise.resolve(sheets.release()) };
}

type Content = Pick<Source, 'kind' | 'files'>;

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
  if (format.family === 'archive') {
    const message = `"${filename}" is ${format.name}, and only zip and gzip can be read. Pack it as one of these.`;
    return formatUnsupported(message, format.name);
  }
  const message = `"${filename}" is ${format.name}, not a text. Send CSV, or a zip or gzip file with CSV in it.`;
  return new AppError('unprocessable', 'not_text', message, { found: format.name });
}
