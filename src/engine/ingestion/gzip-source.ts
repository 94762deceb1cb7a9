import {
  archiveDamaged,
  archiveLimit,
  archiveNested,
  compressionError,
  emptyFile,
} from './archive-errors.ts';
import { gunzip, isDataFault } from './decompress.ts';
import type { IngestionLimits } from './limits.ts';
import { knownFormat, MAGIC_BYTES } from './magic.ts';
import { RATIO_FREE_BYTES, type Openers, type RangeReader, type SourceFile } from './source-file.ts';
import { workbookBytes } from './workbook-source.ts';

/** The one text of a gzip file, which may have several members, or the sheets of a workbook. `size`: the compressed bytes. */
export async function openGzip(
  filename: string,
  size: number,
  readRange: RangeReader,
  limits: IngestionLimits,
  open: Openers,
): Promise<SourceFile[]> {
  const name = filename.replace(/\.(gz|gzip)$/i, '');
  const file: SourceFile = {
    name,
    size: null,
    open: (signal) => readGzip(name, size, readRange, limits, signal),
  };
  const start = await startOf(file);
  const format = knownFormat(start);
  if (format?.family === 'workbook') return open.sheets(name, () => workbookBytes(file));
  if (format?.family === 'zip' || format?.family === 'gzip' || format?.family === 'archive') {
    throw archiveNested(file.name, format.name);
  }
  return [await open.text(file, start)];
}

async function startOf(file: SourceFile): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of file.open()) {
      pieces.push(chunk);
      length += chunk.length;
      if (length >= MAGIC_BYTES) break;
    }
  } catch (error) {
    // What can be read is read later, and the damage shows then.
    if (length === 0)
      throw isCompressionError(error) ? archiveDamaged('its gzip data is damaged or cut off', error) : error;
  }
  if (length === 0) throw emptyFile(`The text in "${file.name}"`);
  return Buffer.concat(pieces).subarray(0, MAGIC_BYTES);
}

async function* readGzip(
  name: string,
  size: number,
  readRange: RangeReader,
  limits: IngestionLimits,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const { maxProducedBytes, maxArchiveRatio } = limits;
  const allowedByRatio = Math.max(RATIO_FREE_BYTES, size * maxArchiveRatio);
  const text = gunzip(readRange(0, size, signal), signal);
  let produced = 0;
  try {
    for await (const chunk of text.chunks) {
      produced += chunk.length;
      if (produced > allowedByRatio) {
        const reason = `"${name}" grows more than ${maxArchiveRatio} times`;
        throw archiveLimit(reason, 'MAX_ARCHIVE_RATIO', maxArchiveRatio);
      }
      if (produced > maxProducedBytes) {
        const reason = `"${name}" unpacks to more than ${maxProducedBytes} bytes`;
        throw archiveLimit(reason, 'MAX_PRODUCED_BYTES', maxProducedBytes);
      }
      yield chunk;
    }
  } catch (error) {
    throw isDataFault(error) ? compressionError(name, error.message, error) : error;
  }
  if (text.bytesTaken() < size) await checkPadding(name, readRange(text.bytesTaken(), size, signal));
}

/** NUL bytes behind the last member are padding (tapes, some packers); anything else is not part of the format. */
async function checkPadding(name: string, rest: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of rest) {
    if (chunk.some((byte) => byte !== 0)) throw compressionError(name, 'something follows its data');
  }
}

function isCompressionError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'compression_error';
}
