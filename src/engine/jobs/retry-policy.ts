import { AppError, OutageError } from '#platform/errors.ts';

/**
 * outage: the surroundings failed; repeated without counting · data: the user's data or request; fails at once ·
 * bug: our own mistake; fails at once · unknown: repeated up to the attempts of the job.
 */
type ErrorClass = 'outage' | 'data' | 'bug' | 'unknown';

export interface ClassifiedError {
  readonly class: ErrorClass;
  /** Stable; what a job that fails of it shows as `error_code`. */
  readonly code: string;
}

/** A number from 0 to below 1. */
export type Random = () => number;

const MAX_OUTAGE_DELAY_MS = 15 * 60_000;
const FIRST_DELAY_MS = 2_000;
const MAX_CAUSES = 5;

const DISK_FULL = new Set(['53100', 'ENOSPC', 'EDQUOT']);
/** The file store's word for a full disk, which is nobody's request. */
const STORAGE_FULL = 'storage_full';
const RESOURCE = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);
const CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  // A standby that was promoted, or a primary that became one.
  '25006',
]);

// The PostgreSQL client reports these without a code.
const CONNECTION_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired)/;

/** What a job's error means for its next try. */
export function classify(error: unknown): ClassifiedError {
  let cause: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    if (cause instanceof AppError && cause.code !== STORAGE_FULL) return { class: 'data', code: cause.code };
    if (cause instanceof OutageError) return { class: 'outage', code: 'connection_failed' };
    const outage = outageCode(cause);
    if (outage) return { class: 'outage', code: outage };
    cause = cause.cause;
  }
  // Only after the causes: fetch wraps a refused connection into a TypeError.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) {
    return { class: 'bug', code: 'internal_error' };
  }
  return { class: 'unknown', code: 'internal_error' };
}

function outageCode(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') {
    return CONNECTION_MESSAGE.test(error.message) ? 'connection_failed' : undefined;
  }
  if (DISK_FULL.has(code)) return 'disk_full';
  if (RESOURCE.has(code) || /^53\w{3}$/.test(code)) return 'out_of_resources';
  if (CONNECTION.has(code) || /^(08\w{3}|57P0\w)$/.test(code)) return 'connection_failed';
  if (code === '40001' || code === '40P01') return 'serialization_failed';
  return undefined;
}

/** Equal jitter: half of the step for certain, half by chance. `retry` counts from 1; milliseconds. */
export function outageDelay(retry: number, random: Random): number {
  const step = Math.min(MAX_OUTAGE_DELAY_MS, FIRST_DELAY_MS * 2 ** (retry - 1));
  return Math.round(step / 2 + (random() * step) / 2);
}

/** Before another try after an unknown error; `attempt` counts from 1; milliseconds. */
export function errorDelay(attempt: number, random: Random): number {
  return outageDelay(attempt, random);
}
