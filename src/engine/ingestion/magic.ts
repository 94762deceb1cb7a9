/** What the first bytes of a file say it is, where they say anything. */
export interface KnownFormat {
  readonly name: string;
  readonly family: 'zip' | 'gzip' | 'archive' | 'workbook' | 'document' | 'image' | 'program' | 'data';
}

interface Signature extends KnownFormat {
  readonly bytes: string;
  readonly offset?: number;
}

/** Bytes that `knownFormat` needs at most. */
export const MAGIC_BYTES = 512;

// Latin-1, so that one character is one byte.
const SIGNATURES: readonly Signature[] = [
  { name: 'a zip archive', family: 'zip', bytes: 'PK\x03\x04' },
  { name: 'a zip archive', family: 'zip', bytes: 'PK\x05\x06' },
  { name: 'a zip archive', family: 'zip', bytes: 'PK\x07\x08' },
  { name: 'a gzip file', family: 'gzip', bytes: '\x1F\x8B\x08' },
  { name: 'a bzip2 file', family: 'archive', bytes: '1AY&SY', offset: 4 },
  { name: 'an xz file', family: 'archive', bytes: '\xFD7zXZ\0' },
  { name: 'a 7-Zip archive', family: 'archive', bytes: '7z\xBC\xAF\x27\x1C' },
  { name: 'a RAR archive', family: 'archive', bytes: 'Rar!\x1A\x07' },
  { name: 'a zstd file', family: 'archive', bytes: '\x28\xB5\x2F\xFD' },
  { name: 'a tar archive', family: 'archive', bytes: 'ustar\0', offset: 257 },
  { name: 'a tar archive', family: 'archive', bytes: 'ustar  \0', offset: 257 },
  { name: 'an Excel workbook of before 2007', family: 'workbook', bytes: '\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1' },
  { name: 'a PDF', family: 'document', bytes: '%PDF-' },
  { name: 'an RTF document', family: 'document', bytes: '{\\rtf' },
  { name: 'a PNG image', family: 'image', bytes: '\x89PNG\r\n\x1A\n' },
  { name: 'a JPEG image', family: 'image', bytes: '\xFF\xD8\xFF' },
  { name: 'a GIF image', family: 'image', bytes: 'GIF87a' },
  { name: 'a GIF image', family: 'image', bytes: 'GIF89a' },
  { name: 'a program', family: 'program', bytes: '\x7FELF' },
  { name: 'a SQLite database', family: 'data', bytes: 'SQLite format 3\0' },
];

const OFFICE_ENTRIES = /^(\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/|mimetype)/;

/** Never looks at the file's name. `start`: the first bytes of the file, 512 of them where it has so many. */
export function knownFormat(start: Buffer): KnownFormat | undefined {
  const text = start.toString('latin1', 0, MAGIC_BYTES);
  const found = SIGNATURES.find(({ bytes, offset = 0 }) => text.startsWith(bytes, offset));
  if (found?.family === 'zip' && startsLikeOfficeFile(start))
    return { name: 'a workbook', family: 'workbook' };
  return found;
}

/** An office file is a zip whose first entry is one of a few. */
function startsLikeOfficeFile(start: Buffer): boolean {
  if (start.length < 30) return false;
  const nameLength = start.readUInt16LE(26);
  return OFFICE_ENTRIES.test(start.toString('latin1', 30, 30 + nameLength));
}
