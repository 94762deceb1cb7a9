import { crc32 } from 'node:zlib';

/** Takes what is written about one file of the upload after the other. */
export interface RejectSink {
  enter(filename: string): void;
  write(bytes: Buffer): void;
  end(): void;
}

interface ZipEntry {
  readonly name: Buffer;
  readonly offset: number;
  size: number;
  crc: number;
}

const LOCAL_HEADER = 0x04034b50;
const DATA_DESCRIPTOR = 0x08074b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION = 20;
/** Sizes follow the data; the name is UTF-8. */
const FLAGS = 0x0808;
/** 1 January 1980: an archive of the same rejects is the same. */
const DATE = 0x21;

/** One file. */
export function plainSink(write: (bytes: Buffer) => void): RejectSink {
  return { enter: () => undefined, write, end: () => undefined };
}

/** A zip with a file, not compressed, for each file that something is written about; at most 4 GiB. */
export function zipSink(write: (bytes: Buffer) => void): RejectSink {
  const entries: ZipEntry[] = [];
  const taken = new Set<string>();
  let filename = '';
  let current: ZipEntry | undefined;
  let offset = 0;
  const put = (bytes: Buffer): void => {
    offset += bytes.length;
    write(bytes);
  };
  const leave = (): void => {
    if (current) put(fields([DATA_DESCRIPTOR, current.crc, current.size, current.size], []));
    current = undefined;
  };
  const begin = (): ZipEntry => {
    const entry = { name: Buffer.from(nameIn(taken, filename)), offset, size: 0, crc: 0 };
    entries.push(entry);
    put(Buffer.concat([localHeader(entry), entry.name]));
    return entry;
  };

  return {
    enter(next) {
      leave();
      filename = next;
    },
    write(bytes) {
      current ??= begin();
      current.size += bytes.length;
      current.crc = crc32(bytes, current.crc);
      put(bytes);
    },
    end() {
      leave();
      const start = offset;
      for (const entry of entries) put(Buffer.concat([centralHeader(entry), entry.name]));
      put(endOfDirectory(entries.length, offset - start, start));
    },
  };
}

/** The last part of the name, which no other file of the archive has. */
function nameIn(taken: Set<string>, filename: string): string {
  const base = filename.replace(/^.*[/\\]/, '') || 'rejects';
  let name = base;
  for (let number = 2; taken.has(name); number++) name = base.replace(/(\.[^.]*)?$/, `-${number}$1`);
  taken.add(name);
  return name;
}

function localHeader({ name }: ZipEntry): Buffer {
  return Buffer.concat([
    fields([LOCAL_HEADER], [VERSION, FLAGS, 0, 0, DATE]),
    fields([0, 0, 0], [name.length, 0]),
  ]);
}

function centralHeader({ name, size, crc, offset }: ZipEntry): Buffer {
  return Buffer.concat([
    fields([CENTRAL_HEADER], [VERSION, VERSION, FLAGS, 0, 0, DATE]),
    fields([crc, size, size], [name.length, 0, 0, 0, 0]),
    fields([0, offset], []),
  ]);
}

function endOfDirectory(entries: number, size: number, start: number): Buffer {
  return Buffer.concat([fields([END_OF_DIRECTORY], [0, 0, entries, entries]), fields([size, start], [0])]);
}

/** Numbers of four bytes, then of two. */
function fields(longs: readonly number[], shorts: readonly number[]): Buffer {
  const bytes = Buffer.alloc(longs.length * 4 + shorts.length * 2);
  let at = 0;
  for (const value of longs) at = bytes.writeUInt32LE(value, at);
  for (const value of shorts) at = bytes.writeUInt16LE(value, at);
  return bytes;
}
