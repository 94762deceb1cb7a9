import { constants, crc32, inflateRawSync } from 'node:zlib';
import {
  archiveDamaged,
  archiveLimit,
  archiveNested,
  compressionError,
  emptyFile,
  workbookUnsupported,
} from './archive-errors.ts';
import type { BlockReader } from './block-reader.ts';
import { inflateRaw, isDataFault } from './decompress.ts';
import type { IngestionLimits } from './limits.ts';
import { knownFormat } from './magic.ts';
import { RATIO_FREE_BYTES, type RangeReader, type SourceFile } from './source-file.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

interface PlacedEntry extends ZipEntry {
  readonly dataStart: number;
}

const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;
const ARCHIVE_NAME = /\.(zip|gz|gzip|tgz|tar|bz2|xz|7z|rar|zst)$/i;
const LITTER = /(^|\/)(__MACOSX\/|\.DS_Store$)/;
/** Entries that make a zip archive a workbook or another office document. */
const OFFICE_MARKS: ReadonlySet<string> = new Set(['[Content_Types].xml', 'META-INF/manifest.xml']);
/** Compressed bytes that are enough to tell an archive by its first bytes. */
const PEEKED_BYTES = 1024;

/** The files of a zip archive in the order of its central directory. Throws AppError for what is refused unread. */
export async function openZip(
  filename: string,
  blocks: BlockReader,
  readRange: RangeReader,
  limits: IngestionLimits,
): Promise<SourceFile[]> {
  const all = await readZipDirectory(blocks, limits);
  if (all.some(({ name }) => OFFICE_MARKS.has(name))) throw workbookUnsupported(filename);
  const files = all.filter(isFile);
  if (files.length === 0) throw emptyFile(`The archive "${filename}"`);
  checkNames(files);
  checkDeclaredSizes(files, limits);
  const placed = await placeEntries(blocks, all);
  checkOverlap(placed);
  return placed.filter(isFile).map((entry) => ({
    name: entry.name,
    size: entry.size,
    open: (signal) => readEntry(entry, readRange, signal),
  }));
}

function isFile({ name }: ZipEntry): boolean {
  return !name.endsWith('/') && !LITTER.test(name);
}

function checkNames(files: readonly ZipEntry[]): void {
  const seen = new Set<string>();
  for (const { name } of files) {
    if (seen.has(name)) throw archiveDamaged(`it contains "${name}" twice`);
    seen.add(name);
    if (ARCHIVE_NAME.test(name)) throw archiveNested(name, 'an archive');
  }
}

function checkDeclaredSizes(files: readonly ZipEntry[], limits: IngestionLimits): void {
  const { maxProducedBytes, maxArchiveRatio } = limits;
  let total = 0;
  for (const { name, size, compressedSize } of files) {
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

/** Adds where the data of each entry starts, which only its local header tells; refuses archives in the archive. */
async function placeEntries(blocks: BlockReader, entries: readonly ZipEntry[]): Promise<PlacedEntry[]> {
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
    // In the same pass, while the bytes around the header are at hand.
    if (isFile(entry)) await checkContent(blocks, at);
    placed.push(at);
  }
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

async function checkContent(blocks: BlockReader, entry: PlacedEntry): Promise<void> {
  const { name, dataStart, compressedSize } = entry;
  const packed = await blocks.read(dataStart, dataStart + Math.min(compressedSize, PEEKED_BYTES));
  const format = knownFormat(entry.isDeflated ? firstInflated(packed) : packed);
  if (format?.family === 'zip' || format?.family === 'gzip' || format?.family === 'archive') {
    throw archiveNested(name, format.name);
  }
}

/** What can be had of the first bytes; damage shows when the entry is read as a whole. */
function firstInflated(packed: Buffer): Buffer {
  try {
    return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    if (isDataFault(error)) return Buffer.alloc(0);
    throw error;
  }
}

async function* readEntry(
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
