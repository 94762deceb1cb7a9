import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { AppError, OutageError } from '#platform/errors.ts';
import type { S3Bucket } from './s3-client.ts';
import { answered } from './s3-failure.ts';

const CHECK_WITHIN_MS = 10_000;

/** What to do about a refusal, by the word of the server or of the SDK. */
const ADVICE: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: 'The secret key is not that of the access key. Check AWS_SECRET_ACCESS_KEY.',
  InvalidAccessKeyId: 'The server does not know the access key. Check AWS_ACCESS_KEY_ID.',
  InvalidToken: 'The session token is not valid. Check AWS_SESSION_TOKEN.',
  ExpiredToken: 'The session token has expired.',
  AccessDenied: 'The key may not list the bucket. Its policy has to allow what docs/operations.md lists.',
  NoSuchBucket: 'There is no such bucket. Create it, or check S3_BUCKET.',
  PermanentRedirect: 'The bucket is in another region. Check S3_REGION.',
  AuthorizationHeaderMalformed: 'The bucket is in another region. Check S3_REGION.',
  RequestTimeTooSkewed: 'The clock of this machine is wrong.',
  CredentialsProviderError:
    'There are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.',
};

/** Throws AppError `storage_refused` with advice, or OutageError. */
export async function checkBucket({ name, client, options }: S3Bucket): Promise<void> {
  const command = new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 });
  try {
    await answered(client.send(command, { abortSignal: AbortSignal.timeout(CHECK_WITHIN_MS) }));
  } catch (error) {
    const where = `S3 bucket "${name}"${options.endpoint === undefined ? '' : ` at ${options.endpoint}`}`;
    throw failureOf(error as Error, where);
  }
}

function failureOf(error: Error, where: string): Error {
  if (error.name === 'AbortError') {
    const message = `${where} does not answer within ${CHECK_WITHIN_MS / 1000} s.`;
    return new OutageError(message, { cause: error });
  }
  if (error instanceof OutageError)
    return new OutageError(`${where}: ${error.message}`, { cause: error.cause });
  const advice = ADVICE[error.name] ?? 'Check the S3_ settings.';
  const message = `${where}: ${error.name}: ${error.message} ${advice}`;
  return new AppError('unavailable', 'storage_refused', message, undefined, { cause: error });
}
