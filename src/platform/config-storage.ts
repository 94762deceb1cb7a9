import { join } from 'node:path';
import type { SettingsReader } from './config-reader.ts';
import type { SettingName } from './config-settings.ts';
import type { S3Credentials, S3Options } from './files/s3-client.ts';

/** Where files are kept. */
export type StorageConfig =
  | { readonly type: 'local'; readonly path: string }
  | ({ readonly type: 's3' } & S3Options);

const ENCRYPTIONS = ['AES256', 'aws:kms', 'aws:kms:dsse'] as const;

export function readStorage(
  read: SettingsReader,
  given: (name: SettingName) => boolean,
  dataDir: string,
): StorageConfig {
  const type = read.choice('STORAGE_TYPE', ['local', 's3']);
  if (type === 's3') return { type, ...readS3(read, given) };
  if (given('S3_BUCKET')) read.refuse('S3_BUCKET', 'needs STORAGE_TYPE=s3');
  return { type, path: read.text('STORAGE_PATH') ?? join(dataDir, 'files') };
}

function readS3(read: SettingsReader, given: (name: SettingName) => boolean): S3Options {
  const bucket = read.text('S3_BUCKET');
  if (bucket === undefined) read.refuse('S3_BUCKET', 'is missing beside STORAGE_TYPE=s3');
  const endpoint = readEndpoint(read);
  return {
    bucket: bucket ?? '',
    region: read.text('S3_REGION'),
    endpoint,
    credentials: readCredentials(read),
    // Servers at an address of their own seldom have a name for each bucket.
    forcePathStyle: given('S3_FORCE_PATH_STYLE')
      ? read.switch('S3_FORCE_PATH_STYLE')
      : endpoint !== undefined,
    encryption: given('S3_SSE') ? read.choice('S3_SSE', ENCRYPTIONS) : undefined,
    checksums: read.choice('S3_CHECKSUMS', ['required', 'supported']),
    presignsDownloads: read.switch('S3_PRESIGNED_DOWNLOADS'),
  };
}

function readEndpoint(read: SettingsReader): string | undefined {
  const text = read.text('S3_ENDPOINT');
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    read.refuse('S3_ENDPOINT', 'must be an http or https URL without a user');
  }
  return text;
}

/** Undefined where none are given: then the SDK looks for some. */
function readCredentials(read: SettingsReader): S3Credentials | undefined {
  const accessKeyId = read.text('AWS_ACCESS_KEY_ID');
  const secretAccessKey = read.text('AWS_SECRET_ACCESS_KEY');
  const sessionToken = read.text('AWS_SESSION_TOKEN');
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined) read.refuse('AWS_ACCESS_KEY_ID', 'is missing beside AWS_SECRET_ACCESS_KEY');
  if (secretAccessKey === undefined)
    read.refuse('AWS_SECRET_ACCESS_KEY', 'is missing beside AWS_ACCESS_KEY_ID');
  return {
    accessKeyId: accessKeyId ?? '',
    secretAccessKey: secretAccessKey ?? '',
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
