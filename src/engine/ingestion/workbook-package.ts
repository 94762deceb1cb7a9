import { buffer } from 'node:stream/consumers';
import type { BlockReader } from './block-reader.ts';
import type { IngestionLimits } from './limits.ts';
import type { RangeReader } from './source-file.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';
import { checkDeclaredSizes, placeEntries, readEntry } from './zip-entries.ts';

/** What a workbook may unpack to: beyond, parsing it would need more memory than there is for it. */
const MOST_UNPACKED_BYTES = 256 * 1024 * 1024;
const ZIP_SIGNATURE = 'PK\x03\x04';
/** Pictures, macros and the like, which hold no cells. */
const NO_CELLS =
  /^(xl\/(media|embeddings|drawings|charts|printerSettings|pivotCache|vbaProject\.bin)|Pictures|Thumbnails)(\/|$)/i;
const CELLS = /^xl\/(worksheets\/|sharedStrings|styles|metadata)/i;

/** Whether the bytes are a zip archive, as workbooks since 2007 are; older ones are not compressed. */
function isPackage(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === ZIP_SIGNATURE;
}

/**
 * The parts of a workbook that matter, as an archive without compression: all sizes and checksums are checked here, so
 * that the parser inflates nothing. `namesOnly`: what tells the names of the sheets.
 * Throws AppError: archive_limit, archive_damaged, archive_encrypted, compression_error.
 */
export async function unpackWorkbook(
  bytes: Buffer,
  limits: IngestionLimits,
  namesOnly: boolean,
): Promise<Buffer> {
  if (!isPackage(bytes)) return bytes;
  const blocks: BlockReader = {
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
  };
  const readRange: RangeReader = async function* (start, end) {
    yield bytes.subarray(start, end);
  };
  const all = await readZipDirectory(blocks, limits);
  const maxProducedBytes = Math.min(limits.maxProducedBytes, MOST_UNPACKED_BYTES);
  checkDeclaredSizes(all, { ...limits, maxProducedBytes });
  const placed = await placeEntries(blocks, all);
  const parts: StoredPart[] = [];
  for (const entry of placed) {
    if (!isWanted(entry, namesOnly)) continue;
    parts.push({ name: entry.name, crc32: entry.crc32, data: await buffer(readEntry(entry, readRange)) });
  }
  return storedZip(parts);
}

function isWanted({ name }: ZipEntry, namesOnly: boolean): boolean {
  return !name.endsWith('/') && !NO_CELLS.test(name) && !(namesOnly && CELLS.test(name));
}

interface StoredPart {
  readonly name: string;
  readonly crc32: number;
  readonly data: Buffer;
}

/** Little-endian fields: values and their bytes. */
type Fields = readonly (readonly [value: number, bytes: number])[];

function storedZip(parts: readonly StoredPart[]): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name: text, crc32, data } of parts) {
    const name = Buffer.from(text);
    const header = fields(
      [20, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [crc32, 4],
      [data.length, 4],
      [data.length, 4],
      [name.length, 2],
      [0, 2],
    );
    const local = [fields([0x04034b50, 4]), header, name, data];
    const place = fields([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    directory.push(fields([0x02014b50, 4], [20, 2]), header, place, name);
    pieces.push(...local);
    offset += local.reduce((sum, { length }) => sum + length, 0);
  }
  const listing = Buffer.concat(directory);
  const count = parts.length;
  const end = fields(
    [0x06054b50, 4],
    [0, 4],
    [count, 2],
    [count, 2],
    [listing.length, 4],
    [offset, 4],
    [0, 2],
  );
  return Buffer.concat([...pieces, listing, end]);
}

function fields(...all: Fields): Buffer {
  const bytes = Buffer.alloc(all.reduce((sum, [, size]) => sum + size, 0));
  let at = 0;
  for (const [value, size] of all) at = bytes.writeUIntLE(value, at, size);
  return bytes;
}
