import { crc32 } from 'node:zlib';
import { archiveDamaged, archiveLimit, compressionError } from './archive-errors.ts';
import type { BlockReader } from './block-reader.ts';
import { inflateRaw, isDataFault } from './decompress.ts';
import type { IngestionLimits } from './limits.ts';
import { RATIO_FREE_BYTES, type RangeReader } from './source-file.ts';
import type { ZipEntry } from './zip-directory.ts';

export interface PlacedEntry extends ZipEntry {
  readonly dataStart: number;
}

const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;

/** Throws AppError `archive_limit` for what the entries say about themselves. */
export function checkDeclaredSizes(
  entries: readonly ZipEntry[],
  limits: Pick<IngestionLimits, 'maxProducedBytes' | 'maxArchiveRatio'>,
): void {
  const { maxProducedBytes, maxArchiveRatio } = limits;
  let total = 0;
  for (const { name, size, compressedSize } of entries) {
    total += size;
    if (size > RATIO_FREE_BYTES && size > compressedSize * maxArchiveRatio) {
      const reason = `"${name}" would grow more than ${maxArchiveRatio} times`;
      throw archiveLimit(reason, 'MAX_ARCHIVE_RATIO', maxArchiveRatio);
    }
  }
  if (total > maxProducedBytes) {
    throw archiveLimit(`The archive unpacks to ${total} bytes`, 'MAX_PRODUCED_BYTES', maxProducedBytes);
  }
}

/** Adds where the data of each entry starts, which only its local header tells; `onPlaced` while its bytes are at hand. */
export async function placeEntries(
  blocks: BlockReader,
  entries: readonly ZipEntry[],
  onPlaced: (entry: PlacedEntry) => Promise<void> = () => Promise.resolve(),
): Promise<PlacedEntry[]> {
  const placed: PlacedEntry[] = [];
  for (const entry of entries) {
    const { headerOffset } = entry;
    const header = await blocks.read(headerOffset, headerOffset + LOCAL_HEADER_BYTES);
    if (header.length < LOCAL_HEADER_BYTES || header.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) {
      throw archiveDamaged(`"${entry.name}" is not where the directory says`);
    }
    const dataStart = headerOffset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (dataStart + entry.compressedSize > blocks.size) {
      throw archiveDamaged(`"${entry.name}" is cut off`);
    }
    const at = { ...entry, dataStart };
    await onPlaced(at);
    placed.push(at);
  }
  checkOverlap(placed);
  return placed;
}

function checkOverlap(entries: readonly PlacedEntry[]): void {
  const inOrder = [...entries].sort((one, other) => one.headerOffset - other.headerOffset);
  let end = 0;
  for (const { name, headerOffset, dataStart, compressedSize } of inOrder) {
    if (headerOffset < end) throw archiveDamaged(`"${name}" shares its bytes with another entry`);
    end = dataStart + compressedSize;
  }
}

/** The bytes of an entry; size and checksum are checked on the way (AppError `compression_error`). */
export async function* readEntry(
  entry: PlacedEntry,
  readRange: RangeReader,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const { name, size, dataStart, compressedSize, isDeflated } = entry;
  const packed = readRange(dataStart, dataStart + compressedSize, signal);
  const inflation = isDeflated ? inflateRaw(packed, signal) : undefined;
  let produced = 0;
  let checksum = 0;
  try {
    for await (const chunk of inflation?.chunks ?? packed) {
      produced += chunk.length;
      if (produced > size) throw compressionError(name, `it has more than the ${size} bytes it declares`);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    throw isDataFault(error) ? compressionError(name, error.message, error) : error;
  }
  if (produced < size) throw compressionError(name, `it has ${produced} of ${size} bytes`);
  if (inflation !== undefined && inflation.bytesTaken() < compressedSize) {
    throw compressionError(name, 'something follows its data');
  }
  if (checksum !== entry.crc32) throw compressionError(name, 'its checksum (CRC-32) is wrong');
}
