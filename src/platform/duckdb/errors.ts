/** Messages of DuckDB that mean a disk without room; its own share of the disk is one of them. */
const DISK_FULL = /no space left on device|disk quota exceeded|max_temp_directory_size/i;

/**
 * What a failed statement is to the rest of the platform: the reason of the signal where that ended it, an error with
 * the code ENOSPC where the disk is full (so that the job tries again later), else the error as it is.
 */
export function duckDbError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (!(error instanceof Error) || !DISK_FULL.test(error.message)) return error;
  const full = new Error('The disk that DuckDB sorts on is full.', { cause: error });
  return Object.assign(full, { code: 'ENOSPC', syscall: 'write' });
}
