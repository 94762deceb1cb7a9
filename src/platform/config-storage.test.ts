import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from './config.ts';
import type { StorageConfig } from './config-storage.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'hushhush' };
const BUCKET = { STORAGE_TYPE: 's3', S3_BUCKET: 'names' };

function storageOf(variables: Record<string, string>): StorageConfig {
  return loadConfig(variables).storage;
}

function problemsOf(variables: Record<string, string>): string {
  try {
    loadConfig(variables);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.join('\n');
  }
  return '';
}

test('a bucket alone is one of AWS, with what the SDK finds', () => {
  assert.deepEqual(storageOf(BUCKET), {
    type: 's3',
    bucket: 'names',
    region: undefined,
    endpoint: undefined,
    credentials: undefined,
    forcePathStyle: false,
    encryption: undefined,
    checksums: 'required',
    presignsDownloads: true,
  });
});

test('every setting of S3 acts; a server of its own has buckets in the path unless it says otherwise', () => {
  const settings = {
    ...BUCKET,
    ...KEYS,
    AWS_SESSION_TOKEN: 'token',
    S3_REGION: 'eu-1',
    S3_ENDPOINT: 'https://s3.internal:9000',
    S3_SSE: 'aws:kms',
    S3_CHECKSUMS: 'supported',
    S3_PRESIGNED_DOWNLOADS: 'false',
  };
  assert.deepEqual(storageOf(settings), {
    type: 's3',
    bucket: 'names',
    region: 'eu-1',
    endpoint: 'https://s3.internal:9000',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'hushhush', sessionToken: 'token' },
    forcePathStyle: true,
    encryption: 'aws:kms',
    checksums: 'supported',
    presignsDownloads: false,
  });
  const hosted = storageOf({ ...settings, S3_FORCE_PATH_STYLE: 'false' });
  assert.ok(hosted.type === 's3' && !hosted.forcePathStyle);
});

test('what is missing, wrong or without effect is named, and no secret repeated', () => {
  assert.match(problemsOf({ STORAGE_TYPE: 's3' }), /^S3_BUCKET is missing/);
  assert.match(problemsOf({ S3_BUCKET: 'names' }), /^S3_BUCKET needs STORAGE_TYPE=s3/);
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = KEYS;
  assert.match(problemsOf({ ...BUCKET, AWS_ACCESS_KEY_ID }), /^AWS_SECRET_ACCESS_KEY is missing/);
  const withoutId = problemsOf({ ...BUCKET, AWS_SECRET_ACCESS_KEY });
  assert.match(withoutId, /^AWS_ACCESS_KEY_ID is missing/);
  assert.doesNotMatch(withoutId, /hushhush/);
  for (const wrong of ['s3.internal', 'ftp://s3', 'https://u:hushhush@s3']) {
    const problems = problemsOf({ ...BUCKET, S3_ENDPOINT: wrong });
    assert.match(problems, /^S3_ENDPOINT must be an http/);
    assert.doesNotMatch(problems, /hushhush/);
  }
  assert.match(problemsOf({ ...BUCKET, S3_SSE: 'rot13' }), /^S3_SSE must be one of AES256/);
  assert.match(problemsOf({ ...BUCKET, S3_CHECKSUMS: 'no' }), /^S3_CHECKSUMS must be one of/);
});

test('credentials of the environment do no harm to a local store', () => {
  assert.equal(storageOf({ ...KEYS }).type, 'local');
});
