import { AppError, OutageError } from '#platform/errors.ts';
import { fileNotFound, storageFull } from './file-store.ts';

/** What an error of the SDK says about itself. */
interface S3Error {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const NETWORK =
  /^(?:E(?:CONN\w+|PIPE|TIMEDOUT|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|NOTFOUND|AI_AGAIN|PROTO)|HPE_\w+|ERR_STREAM_PREMATURE_CLOSE)$/;
const SLOW = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const FULL = new Set(['QuotaExceeded', 'StorageFull', 'XMinioStorageFull', 'XMinioStorageQuotaExceeded']);

/** Rejects as the file store does where the SDK rejects in its own way. */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw s3Failure(error);
  }
}

/** OutageError where the same may work later; AppError for an absent file and a full store; any other error as it is. */
export function s3Failure(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'AbortError' || error instanceof AppError) return error;
  if (isAbsent(error)) return fileNotFound();
  const status = statusOf(error);
  if (FULL.has(error.name) || status === 507) return storageFull(error);
  return isOutage(error) ? s3Outage(error) : error;
}

export function s3Outage(cause: Error): OutageError {
  const status = statusOf(cause);
  const said = status === undefined ? wordOf(cause) : `${status} ${cause.name}`;
  return new OutageError(`The file store cannot be reached just now (${said}). Try again soon.`, { cause });
}

/** A key that is not there. An absent bucket is no absent file. */
export function isAbsent(error: S3Error): boolean {
  return error.name === 'NoSuchKey' || error.name === 'NotFound';
}

export function statusOf(error: S3Error): number | undefined {
  return error.$metadata?.httpStatusCode;
}

function isOutage(error: S3Error): boolean {
  const status = statusOf(error);
  if (SLOW.has(error.name ?? '') || status === 429) return true;
  // 501: it will not be able to do so later either.
  if (status !== undefined && status >= 500) return status !== 501;
  return typeof error.code === 'string' && NETWORK.test(error.code);
}

function wordOf(error: S3Error): string {
  return typeof error.code === 'string' ? error.code : (error.name ?? 'Error');
}
