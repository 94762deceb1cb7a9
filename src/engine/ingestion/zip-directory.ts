import { isUtf8 } from 'node:buffer';
import { callbackify } from 'node:util';
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  type ZipFile,
} from 'yauzl';
import { archiveDamaged, archiveEncrypted, archiveLimit, formatUnsupported } from './archive-errors.ts';
import type { BlockReader } from './block-reader.ts';
import type { IngestionLimits } from './limits.ts';

/** A file in a zip archive, as the archive declares it. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly isDeflated: boolean;
  readonly headerOffset: number;
}

const ENCRYPTED = 0x1;
const DIRECTORY_ENCRYPTED = 0x2000;
const [STORED, DEFLATED] = [0, 8];

/** All entries in the order of the central directory, folders too. Throws AppError for what is refused unread. */
export async function readZipDirectory(blocks: BlockReader, limits: IngestionLimits): Promise<ZipEntry[]> {
  let outage: unknown;
  const access = randomAccess(blocks, (error) => {
    outage = error;
  });
  try {
    // Sizes are checked against the real bytes while reading; names are ours to decode.
    const options = { decodeStrings: false, validateEntrySizes: false, autoClose: false };
    const zip = await fromRandomAccessReaderPromise(access, blocks.size, options);
    try {
      return await readEntries(zip, limits);
    } finally {
      zip.close();
    }
  } catch (error) {
    throw outage ?? readable(error);
  }
}

async function readEntries(zip: ZipFile, limits: IngestionLimits): Promise<ZipEntry[]> {
  const { maxArchiveEntries } = limits;
  if (zip.entryCount > maxArchiveEntries) {
    const reason = `The archive has ${zip.entryCount} entries`;
    throw archiveLimit(reason, 'MAX_ARCHIVE_ENTRIES', maxArchiveEntries);
  }
  const entries: ZipEntry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(toZipEntry(entry));
  return entries;
}

function toZipEntry(entry: Entry): ZipEntry {
  const name = entryName(entry);
  const { compressionMethod: method } = entry;
  if ((entry.generalPurposeBitFlag & (ENCRYPTED | DIRECTORY_ENCRYPTED)) !== 0) throw archiveEncrypted(name);
  if (method !== STORED && method !== DEFLATED) {
    const message = `"${name}" is packed by method ${method}. Pack the archive with the usual method, Deflate.`;
    throw formatUnsupported(message, 'zip');
  }
  return {
    name,
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
    crc32: entry.crc32,
    isDeflated: method === DEFLATED,
    headerOffset: entry.relativeOffsetOfLocalHeader,
  };
}

/** Packers that write UTF-8 without saying so are many; true cp437 names that are valid UTF-8 by chance are not. */
function entryName(entry: Entry): string {
  // The types say string, but names are not decoded here.
  const raw = entry.fileNameRaw;
  const isAscii = raw.every((byte) => byte < 0x80);
  if (!isAscii && isUtf8(raw)) return raw.toString('utf8');
  return getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, true);
}

/** yauzl asks for a subclass of its reader; one instance with its own `read` does as well. */
function randomAccess(blocks: BlockReader, onOutage: (error: unknown) => void): RandomAccessReader {
  const access = Reflect.construct(RandomAccessReader, []) as RandomAccessReader;
  access.read = callbackify(async (target: Buffer, offset: number, length: number, position: number) => {
    try {
      const bytes = await blocks.read(position, position + length);
      return bytes.copy(target, offset);
    } catch (error) {
      onOutage(error);
      throw error;
    }
  });
  return access;
}

function readable(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'AppError') return error;
  if (error.message.includes('strong encryption')) return archiveEncrypted(null);
  return archiveDamaged(error.message, error);
}
