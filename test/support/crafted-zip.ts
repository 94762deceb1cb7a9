import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of a zip archive; every header field can lie. */
export interface CraftedEntry {
  readonly name: string | Buffer;
  readonly data: string | Buffer;
  /** 0 stored, 8 deflated (default). */
  readonly method?: number;
  /** In place of the packed `data`. */
  readonly packed?: Buffer;
  readonly flags?: number;
  readonly crc32?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  /** Offset of the local header as the directory tells it. */
  readonly headerOffset?: number;
}

/** The bytes of a zip archive, valid unless an entry says otherwise. */
export function craftZip(entries: readonly CraftedEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const data = Buffer.from(entry.data);
    const name = Buffer.from(entry.name);
    const packed = entry.packed ?? ((entry.method ?? 8) === 8 ? deflateRawSync(data) : data);
    const fields = headerFields(entry, data, packed, name);
    const local = Buffer.concat([numbers([0x04034b50, 4]), fields, name, packed]);
    const rest = numbers([0, 2], [0, 2], [0, 2], [0, 4], [entry.headerOffset ?? offset, 4]);
    directory.push(Buffer.concat([numbers([0x02014b50, 4], [20, 2]), fields, rest, name]));
    files.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const count = entries.length;
  const end = numbers(
    [0x06054b50, 4],
    [0, 4],
    [count, 2],
    [count, 2],
    [listing.length, 4],
    [offset, 4],
    [0, 2],
  );
  return Buffer.concat([...files, listing, end]);
}

/** From "version needed" to "extra field length", the same in both headers. */
function headerFields(entry: CraftedEntry, data: Buffer, packed: Buffer, name: Buffer): Buffer {
  return numbers(
    [20, 2],
    [entry.flags ?? 0, 2],
    [entry.method ?? 8, 2],
    [0, 4],
    [entry.crc32 ?? crc32(data), 4],
    [entry.compressedSize ?? packed.length, 4],
    [entry.size ?? data.length, 4],
    [name.length, 2],
    [0, 2],
  );
}

/** Little-endian numbers of 2 or 4 bytes. */
function numbers(...fields: readonly (readonly [value: number, bytes: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}
