import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDb } from '#platform/duckdb/database.ts';
import { releaseMemory } from '#platform/memory.ts';
import { mergeRuns } from './merge-runs.ts';
import { openRunReader, type RunReader } from './run-reader.ts';
import { createSortRun, ENTRY_HEAD } from './sort-run.ts';

export interface SorterOptions {
  readonly db: DuckDb;
  /** Where runs are put aside; several sorters of a task need folders or names of their own. */
  readonly folder: string;
  readonly name: string;
  /** Default 8 MiB. */
  readonly runBytes?: number;
}

/**
 * Sorts records of any number in bounded memory: runs of some MiB are ordered by DuckDB and put aside, then merged.
 * DuckDB alone needs the more memory the more rows there are: 80 million did not go into 96 MB.
 */
export interface Sorter {
  /** The key and the record, which is given in parts; both are copied. */
  add(key: Uint8Array, ...record: readonly Uint8Array[]): void;
  /** Has to be waited for after some MiB at the latest. */
  settle(): Promise<void>;
  /**
   * All records by their keys, byte by byte; those with equal keys in the order they came. `key` and `record` are valid
   * until `take` returns; `pause` is waited for after each half MiB.
   */
  merge(take: (record: Buffer, key: Buffer) => void, pause: () => Promise<unknown>): Promise<void>;
  /** The same, one after the other as they are asked for. */
  open(): Promise<SortedRecords>;
}

export interface SortedRecords {
  /** The next one, valid until the call after; undefined behind the last. */
  next(): { readonly key: Buffer; readonly record: Buffer } | undefined;
  /** Has to be called, also after an error. */
  close(): void;
}

const RUN_BYTES = 8 * 1024 * 1024;
const WRITTEN_BYTES = 1024 * 1024;
const PAUSE_BYTES = 512 * 1024;
/** All runs together are read through so much memory. */
const READING_BYTES = 8 * 1024 * 1024;
const [LEAST_BLOCK, MOST_BLOCK] = [16 * 1024, 256 * 1024];

export function createSorter({ db, folder, name, runBytes = RUN_BYTES }: SorterOptions): Sorter {
  const paths: string[] = [];
  let run = createSortRun(runBytes);

  async function putAside(): Promise<void> {
    const path = join(folder, `${name}-${paths.length}.run`);
    paths.push(path);
    const file = openSync(path, 'w');
    try {
      const written = createBlockWriter(file);
      await run.take(db, written.add);
      written.end();
    } finally {
      closeSync(file);
    }
    // Copies of records and keys lie outside the heap, where nothing makes V8 collect them in time.
    releaseMemory();
  }

  async function open(): Promise<SortedRecords> {
    if (run.count > 0) await putAside();
    // Its memory goes to those that read.
    run = createSortRun(0);
    const share = Math.floor(READING_BYTES / Math.max(1, paths.length));
    const block = Math.min(MOST_BLOCK, Math.max(LEAST_BLOCK, share));
    const readers: RunReader[] = [];
    const close = (): void => {
      for (const reader of readers) reader.close();
      for (const path of paths) rmSync(path, { force: true });
    };
    try {
      for (const path of paths) readers.push(openRunReader(path, block));
      const records = mergeRuns(readers);
      return { next: () => records.next().value ?? undefined, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  return {
    add: (key, ...record) => run.add(key, record),
    async settle() {
      if (run.bytes >= runBytes) await putAside();
    },
    open,
    async merge(take, pause) {
      const records = await open();
      try {
        let taken = 0;
        for (let next = records.next(); next !== undefined; next = records.next()) {
          const { key, record } = next;
          take(record, key);
          taken += ENTRY_HEAD + key.length + record.length;
          if (taken < PAUSE_BYTES) continue;
          taken = 0;
          await pause();
        }
        await pause();
      } finally {
        records.close();
      }
    },
  };
}

function createBlockWriter(file: number): { add(bytes: Buffer): void; end(): void } {
  const block = Buffer.allocUnsafe(WRITTEN_BYTES);
  let filled = 0;
  const end = (): void => {
    writeAll(file, block.subarray(0, filled));
    filled = 0;
  };
  return {
    add(bytes) {
      if (filled + bytes.length > block.length) end();
      if (bytes.length > block.length) return writeAll(file, bytes);
      filled += bytes.copy(block, filled);
    },
    end,
  };
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
