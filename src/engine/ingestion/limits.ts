/** How much a file may ask for; each limit has its own error code. */
export interface IngestionLimits {
  /** Bytes of one record without its line end; beyond: `line_too_long`. */
  readonly maxLineBytes: number;
  /** Cells of one record; beyond: `too_many_columns`. */
  readonly maxColumns: number;
  /** Files and folders in an archive; beyond: `archive_limit`, as with the next two. */
  readonly maxArchiveEntries: number;
  /** Decompressed bytes of one upload. */
  readonly maxProducedBytes: number;
  /** Decompressed bytes for each compressed one. */
  readonly maxArchiveRatio: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_LIMITS: IngestionLimits = {
  maxLineBytes: 16 * MEBIBYTE,
  maxColumns: 4096,
  maxArchiveEntries: 10_000,
  maxProducedBytes: 8192 * MEBIBYTE,
  maxArchiveRatio: 200,
};
