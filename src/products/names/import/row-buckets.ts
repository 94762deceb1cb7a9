import { closeSync, mkdirSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  appendRow,
  countAt,
  createRowColumns,
  lineAt,
  markAt,
  nameAt,
  type RowColumns,
  type RowWidth,
  sliceAt,
} from './row-columns.ts';
import type { SliceDraft } from './slice-registry.ts';

const BUCKETS = 64;
const BUFFER_ROWS = 4096;

/** Rows held in memory before they go to disk, so that memory does not grow with the file. */
const MAX_ROWS_IN_MEMORY = 4_000_000;

/** Where an import keeps its rows until the end of the file. */
export interface RowBuckets {
  add(slice: SliceDraft, name: number, count: number, line: number, mark: number): void;
  /** All rows of whole groups (area and gender), some groups at a time; each row comes once. */
  drain(): Iterable<RowColumns>;
  /** Removes what lies on disk. */
  discard(): void;
}

/** Keeps up to `maxRows` rows in memory; more are written to `scratchDir` by hash of (area, gender), 4 bytes a number. */
export function createRowBuckets(
  scratchDir: string,
  width: RowWidth = 4,
  maxRows = MAX_ROWS_IN_MEMORY,
): RowBuckets {
  const rows = createRowColumns(width);
  const bucketOfSlice: number[] = [];
  let spilled: SpillFile[] | undefined;

  const spill: RowVisitor = (slice, name, count, line, mark) => {
    const file = (spilled as SpillFile[])[bucketOfSlice[slice] ?? 0] as SpillFile;
    writeRow(file, slice, name, count, line, mark);
  };

  return {
    add(slice, name, count, line, mark) {
      bucketOfSlice[slice.index] ??= hashGroup(`${slice.area ?? ''}${slice.gender}`) % BUCKETS;
      if (spilled) return spill(slice.index, name, count, line, mark);
      appendRow(rows, slice.index, name, count, line, mark);
      if (rows.length < maxRows) return;
      spilled = openSpillFiles(scratchDir, width);
      eachRow(rows, spill);
      rows.length = 0;
      rows.blocks.length = 0;
    },
    *drain() {
      if (!spilled) return yield rows;
      for (const file of spilled) {
        const bucket = readSpillFile(file);
        if (bucket.length > 0) yield bucket;
      }
    },
    discard() {
      for (const file of spilled ?? []) closeSync(file.descriptor);
      rmSync(scratchDir, { recursive: true, force: true });
    },
  };
}

interface SpillFile {
  readonly descriptor: number;
  readonly path: string;
  readonly width: RowWidth;
  readonly buffer: Int32Array;
  used: number;
}

type RowVisitor = (slice: number, name: number, count: number, line: number, mark: number) => void;

function openSpillFiles(directory: string, width: RowWidth): SpillFile[] {
  mkdirSync(directory, { recursive: true });
  return Array.from({ length: BUCKETS }, (_, index) => {
    const path = join(directory, `bucket-${index}`);
    const buffer = new Int32Array(BUFFER_ROWS * width);
    return { descriptor: openSync(path, 'w+'), path, width, buffer, used: 0 };
  });
}

function writeRow(
  file: SpillFile,
  slice: number,
  name: number,
  count: number,
  line: number,
  mark: number,
): void {
  const at = file.used;
  file.buffer[at] = slice;
  file.buffer[at + 1] = name;
  file.buffer[at + 2] = count;
  file.buffer[at + 3] = line;
  if (file.width === 5) file.buffer[at + 4] = mark;
  file.used = at + file.width;
  if (file.used === file.buffer.length) flush(file);
}

function flush(file: SpillFile): void {
  const bytes = new Uint8Array(file.buffer.buffer, 0, file.used * 4);
  for (let done = 0; done < bytes.length;) done += writeSync(file.descriptor, bytes, done);
  file.used = 0;
}

function readSpillFile(file: SpillFile): RowColumns {
  flush(file);
  const size = statSync(file.path).size;
  const { width } = file;
  const rows = createRowColumns(width);
  const chunk = new Int32Array(BUFFER_ROWS * width);
  for (let position = 0; position < size;) {
    const read = readSync(file.descriptor, chunk, 0, chunk.byteLength, position);
    for (let at = 0; at < read / 4; at += width) {
      appendRow(
        rows,
        chunk[at] as number,
        chunk[at + 1] as number,
        chunk[at + 2] as number,
        chunk[at + 3] as number,
        width === 5 ? (chunk[at + 4] as number) : 0,
      );
    }
    position += read;
  }
  return rows;
}

function eachRow(rows: RowColumns, visit: RowVisitor): void {
  for (let at = 0; at < rows.length; at++) {
    visit(sliceAt(rows, at), nameAt(rows, at), countAt(rows, at), lineAt(rows, at), markAt(rows, at));
  }
}

function hashGroup(text: string): number {
  let hash = 7;
  for (let at = 0; at < text.length; at++) hash = (hash * 31 + text.charCodeAt(at)) >>> 0;
  return hash;
}
