import { crc32, deflateRawSync } from 'node:zlib';
import { writeZip } from '#engine/ingestion/write-zip.ts';

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
  return writeZip(
    entries.map((entry) => {
      const { name, method = 8, packed, ...told } = entry;
      const data = Buffer.from(entry.data);
      const bytes = packed ?? (method === 8 ? deflateRawSync(data) : data);
      return { crc32: crc32(data), size: data.length, ...told, name: Buffer.from(name), method, bytes };
    }),
  );
}
