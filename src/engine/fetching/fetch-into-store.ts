import type { FileStore } from '#platform/files/file-store.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { fileNameOf } from './file-name.ts';
import { assertWhole, type OpenedUrl, openUrl } from './open-url.ts';
import { createPace, type PaceLimits } from './pace.ts';
import { createRetryBudget } from './retry-budget.ts';
import { createTransfer, type TransferRun } from './transfer.ts';
import type { UrlRules } from './url-guard.ts';

interface FetchLimits extends PaceLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  /** From the first step to the last byte, redirects and further connections included. */
  readonly totalMs: number;
  /** Waits before further connections, once the first one broke while the file came. */
  readonly retryDelaysMs: readonly number[];
}

export interface FetchOptions {
  readonly url: string;
  readonly store: FileStore;
  readonly key: string;
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly rules: UrlRules;
  readonly signal: AbortSignal;
  /** Cheap; called for every chunk. `bytesTotal` is what the server announced. A file may begin again. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number | null) => void;
  /** Those of `FETCH_LIMITS` unless given. */
  readonly limits?: Partial<FetchLimits>;
}

export interface FetchedFile {
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly filename: string;
  /** As the server named it. */
  readonly contentType: string | null;
}

const FETCH_LIMITS: FetchLimits = {
  connectMs: 5_000,
  headersMs: 10_000,
  idleMs: 30_000,
  totalMs: 3_600_000,
  windowMs: 60_000,
  minBytesPerSecond: 1024,
  retryDelaysMs: [500, 2_000, 5_000, 10_000],
};

/**
 * Fetches a file from a public server into the store, byte for byte as sent; nothing stays behind when it fails. A
 * connection that breaks is followed by another one, which goes on behind the last byte where the server says that the
 * file is the same, and begins again where it does not.
 * Throws AppError 422 with one of the `url_…` codes, or the signal's reason.
 */
export async function fetchIntoStore(options: FetchOptions): Promise<FetchedFile> {
  const whole = createDeadline(options.signal);
  const limits = { ...FETCH_LIMITS, ...options.limits };
  whole.set(limits.totalMs);
  try {
    const run = transferRun(options, limits, whole);
    let opened = await run.open();
    assertWhole(opened.response);
    for (;;) {
      const written = await writeBody(run, opened, options);
      if ('sha256' in written) return written;
      opened = written;
    }
  } finally {
    whole.clear();
  }
}

function transferRun(
  { url, rules, maxBytes, onProgress }: FetchOptions,
  limits: FetchLimits,
  whole: Deadline,
): TransferRun {
  const { connectMs, headersMs, idleMs, retryDelaysMs } = limits;
  const request = { url, rules, connectMs, headersMs, signal: whole.signal };
  return {
    open: (headers) => openUrl(headers ? { ...request, headers } : request),
    whole,
    budget: createRetryBudget(retryDelaysMs, whole),
    pace: createPace(limits),
    idleMs,
    maxBytes,
    onProgress,
  };
}

/** The stored file, or an answer with the file whose bytes have to take the place of those that came. */
async function writeBody(
  run: TransferRun,
  { response, url }: OpenedUrl,
  { store, key }: FetchOptions,
): Promise<FetchedFile | OpenedUrl> {
  const transfer = createTransfer(run, response);
  try {
    const written = await store.write(key, transfer.bytes());
    const filename = fileNameOf(response.headers['content-disposition'], url);
    return { ...written, filename, contentType: response.headers['content-type'] ?? null };
  } catch (error) {
    const again = transfer.restarted();
    if (again) return again;
    throw error;
  } finally {
    transfer.close();
  }
}
