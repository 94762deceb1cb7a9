import { constants, inflateRawSync } from 'node:zlib';
import { AppError } from '#platform/errors.ts';
import { archiveDamaged, archiveNested, emptyFile } from './archive-errors.ts';
import type { BlockReader } from './block-reader.ts';
import { isDataFault } from './decompress.ts';
import type { IngestionLimits } from './limits.ts';
import { knownFormat, MAGIC_BYTES } from './magic.ts';
import type { Openers, RangeReader, SourceFile } from './source-file.ts';
import { workbookBytes } from './workbook-source.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';
import { checkDeclaredSizes, type PlacedEntry, placeEntries, readEntry } from './zip-entries.ts';

const ARCHIVE_NAME = /\.(zip|gz|gzip|tgz|tar|bz2|xz|7z|rar|zst)$/i;
const LITTER = /(^|\/)(__MACOSX\/|\.DS_Store$)/;
/** Entries that make a zip archive a workbook or another office document. */
const OFFICE_MARKS: ReadonlySet<string> = new Set(['[Content_Types].xml', 'META-INF/manifest.xml']);
/** Compressed bytes that are enough to tell an archive by its first bytes. */
const PEEKED_BYTES = 1024;

/**
 * The files of a zip archive in the order of its central directory, and in the place of a workbook its sheets; null
 * where the archive itself is a workbook or another office document. Throws AppError for what is refused unread.
 */
export async function openZip(
  filename: string,
  blocks: BlockReader,
  readRange: RangeReader,
  limits: IngestionLimits,
  open: Openers,
): Promise<SourceFile[] | null> {
  const all = await readZipDirectory(blocks, limits);
  if (all.some(({ name }) => OFFICE_MARKS.has(name))) return null;
  const files = all.filter(isFile);
  if (files.length === 0) throw emptyFile(`The archive "${filename}"`);
  checkNames(files);
  checkDeclaredSizes(files, limits);
  const starts = new Map<string, Buffer>();
  const placed = await placeEntries(blocks, all, async (entry) => {
    if (!isFile(entry)) return;
    const start = await startOf(blocks, entry);
    starts.set(entry.name, start);
    const format = knownFormat(start);
    if (format?.family === 'zip' || format?.family === 'gzip' || format?.family === 'archive') {
      throw archiveNested(entry.name, format.name);
    }
  });
  const sources: SourceFile[] = [];
  for (const entry of placed.filter(isFile)) {
    const { name, size } = entry;
    const file: SourceFile = { name, size, open: (signal) => readEntry(entry, readRange, signal) };
    sources.push(...(await textsOf(file, starts.get(name) ?? Buffer.alloc(0), open)));
  }
  return sources;
}

/** Another office document beside the tables is a file like any other, for whoever wants to read it. */
async function textsOf(file: SourceFile, start: Buffer, open: Openers): Promise<SourceFile[]> {
  if (knownFormat(start)?.family !== 'workbook') return [await open.text(file, start)];
  try {
    return await open.sheets(file.name, () => workbookBytes(file));
  } catch (error) {
    if (error instanceof AppError && error.code === 'format_unsupported') return [file];
    throw error;
  }
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

async function startOf(blocks: BlockReader, entry: PlacedEntry): Promise<Buffer> {
  const { dataStart, compressedSize } = entry;
  const packed = await blocks.read(dataStart, dataStart + Math.min(compressedSize, PEEKED_BYTES));
  return (entry.isDeflated ? firstInflated(packed) : packed).subarray(0, MAGIC_BYTES);
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
