import { buffer } from 'node:stream/consumers';
import type { BlockReader } from './block-reader.ts';
import type { IngestionLimits } from './limits.ts';
import type { RangeReader } from './source-file.ts';
import { writeZip, type WrittenEntry } from './write-zip.ts';
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
  const parts: WrittenEntry[] = [];
  for (const entry of placed) {
    if (!isWanted(entry, namesOnly)) continue;
    const data = await buffer(readEntry(entry, readRange));
    const { name, crc32 } = entry;
    parts.push({ name: Buffer.from(name), bytes: data, method: 0, crc32, size: data.length });
  }
  return writeZip(parts);
}

function isWanted({ name }: ZipEntry, namesOnly: boolean): boolean {
  return !name.endsWith('/') && !NO_CELLS.test(name) && !(namesOnly && CELLS.test(name));
}
