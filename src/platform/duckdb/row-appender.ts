import type { DuckDBAppender } from '@duckdb/node-api';
import { duckDbError } from './errors.ts';

/** Takes the values of a row one after the other, then `endRow`. */
export interface RowAppender {
  bytes(value: Uint8Array): void;
  text(value: string): void;
  integer(value: number): void;
  /** For a DOUBLE: also whole numbers up to 2^53, without the cost of a bigint. */
  number(value: number): void;
  /** Up to 2^63 - 1. */
  bigint(value: bigint): void;
  missing(): void;
  endRow(): void;
  /** All rows are in the table afterwards. */
  close(): void;
  /** Rows that are not in the table yet are lost; nothing after `close`. */
  discard(): void;
}

// Rows wait in native memory that no limit of DuckDB counts, until they are moved into the table.
const WAITING_ROWS = 20_000;
const WAITING_BYTES = 4 * 1024 * 1024;

export function createRowAppender(appender: DuckDBAppender, signal: AbortSignal): RowAppender {
  let rows = 0;
  let bytes = 0;
  let isOpen = true;

  function attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw duckDbError(error, signal);
    }
  }

  return {
    bytes(value) {
      bytes += value.length;
      appender.appendBlob(value);
    },
    text(value) {
      bytes += value.length;
      appender.appendVarchar(value);
    },
    number: (value) => appender.appendDouble(value),
    integer: (value) => appender.appendInteger(value),
    bigint: (value) => appender.appendBigInt(value),
    missing: () => appender.appendNull(),
    endRow() {
      attempt(() => appender.endRow());
      if (++rows < WAITING_ROWS && bytes < WAITING_BYTES) return;
      [rows, bytes] = [0, 0];
      attempt(() => appender.flushSync());
    },
    close() {
      isOpen = false;
      attempt(() => appender.closeSync());
    },
    discard() {
      if (!isOpen) return;
      isOpen = false;
      // What does not fit any more is not wanted any more either.
      try {
        appender.clear();
        appender.closeSync();
      } catch {}
    },
  };
}
