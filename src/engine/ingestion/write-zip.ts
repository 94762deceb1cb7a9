/** An entry as its headers tell it; what they say is not looked at. */
export interface WrittenEntry {
  readonly name: Buffer;
  /** As they lie in the archive. */
  readonly bytes: Buffer;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly crc32: number;
  /** Of the bytes when they are unpacked. */
  readonly size: number;
  /** Unless it is that of `bytes`. */
  readonly compressedSize?: number | undefined;
  readonly flags?: number | undefined;
  /** Where the directory says that the entry begins, unless it is where it does. */
  readonly headerOffset?: number | undefined;
}

/** Little-endian fields: values and their bytes. */
type Fields = readonly (readonly [value: number, bytes: number])[];

const LOCAL_SIGNATURE = 0x04034b50;
const DIRECTORY_SIGNATURE = 0x02014b50;
const END_SIGNATURE = 0x06054b50;
/** 2.0: folders and deflate. */
const VERSION = 20;

/** A zip archive below 4 GB, without dates, as PKWARE's APPNOTE lays it out. */
export function writeZip(entries: readonly WrittenEntry[]): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { name, bytes, headerOffset = offset } = entry;
    const header = sharedHeader(entry);
    const local = [fields([LOCAL_SIGNATURE, 4]), header, name, bytes];
    const place = fields([0, 2], [0, 2], [0, 2], [0, 4], [headerOffset, 4]);
    directory.push(fields([DIRECTORY_SIGNATURE, 4], [VERSION, 2]), header, place, name);
    pieces.push(...local);
    offset += local.reduce((sum, { length }) => sum + length, 0);
  }
  const listing = Buffer.concat(directory);
  const count = entries.length;
  const disks = fields([END_SIGNATURE, 4], [0, 2], [0, 2]);
  const end = fields([count, 2], [count, 2], [listing.length, 4], [offset, 4], [0, 2]);
  return Buffer.concat([...pieces, listing, disks, end]);
}

/** From "version needed" to "extra field length", the same in both headers. */
function sharedHeader({ name, bytes, method, crc32, size, compressedSize, flags }: WrittenEntry): Buffer {
  return fields(
    [VERSION, 2],
    [flags ?? 0, 2],
    [method, 2],
    [0, 4],
    [crc32, 4],
    [compressedSize ?? bytes.length, 4],
    [size, 4],
    [name.length, 2],
    [0, 2],
  );
}

function fields(...all: Fields): Buffer {
  const bytes = Buffer.alloc(all.reduce((sum, [, size]) => sum + size, 0));
  let at = 0;
  for (const [value, size] of all) at = bytes.writeUIntLE(value, at, size);
  return bytes;
}
