import type { Dialect } from './dialect.ts';

/** One text to read: the upload itself, a file in it, or a sheet of a workbook. */
export interface SourceFile {
  /** As the archive or the upload calls it. For people and for reading a year from; never a path. */
  readonly name: string;
  /** The name of the sheet that the text was made of. */
  readonly sheet?: string;
  /** How the text is written, where it was made here: nothing is to be detected then. */
  readonly dialect?: Dialect;
  /** Decompressed bytes; null where only reading tells. */
  readonly size: number | null;
  /** The decompressed bytes; limits, sizes and checksum are checked on the way. Leaving early releases everything. */
  open(signal?: AbortSignal): AsyncIterable<Buffer>;
}

/** How a file of an upload becomes texts. */
export interface Openers {
  /** The sheets of a workbook as files called `<workbook>#<sheet>`; `load` gives its stored bytes. */
  sheets(name: string, load: () => Promise<Buffer>): Promise<SourceFile[]>;
  /** `start`: its first bytes. */
  text(file: SourceFile, start: Buffer): Promise<SourceFile>;
}

/** The stored bytes from `start` to `end` in pieces. */
export type RangeReader = (start: number, end: number, signal?: AbortSignal) => AsyncIterable<Buffer>;

/** Below this, a file may shrink as far as it can: a megabyte is no bomb, and small tables repeat themselves. */
export const RATIO_FREE_BYTES = 1024 * 1024;
