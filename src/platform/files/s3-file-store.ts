import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { assertKey, type Download, type FileStore } from './file-store.ts';
import { checkBucket } from './s3-check.ts';
import { openBucket, type S3Bucket, type S3Options, type S3Patience } from './s3-client.ts';
import { answered, isAbsent, s3Failure } from './s3-failure.ts';
import { forgetOldUploads, listObjects } from './s3-list.ts';
import { readObject } from './s3-read.ts';
import { writeObject } from './s3-write.ts';

/** For the first byte: a download that began goes on after it. */
const LINK_LIVES_SECONDS = 300;

/** Files as objects of one bucket, which has to be there. */
export function createS3FileStore(options: S3Options, patience?: Partial<S3Patience>): FileStore {
  const bucket = openBucket(options, patience);
  return {
    async write(key, source, writing = {}) {
      assertKey(key);
      return writeObject(bucket, key, source, writing);
    },
    async read(key, range, signal) {
      assertKey(key);
      return readObject(bucket, key, range, signal);
    },
    async size(key) {
      assertKey(key);
      return sizeOf(bucket, key);
    },
    async delete(key) {
      assertKey(key);
      // One by one: not every server has a way to delete many.
      await answered(bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key })));
    },
    list: (prefix) => listObjects(bucket, prefix),
    sweepUnfinished: (prefix, before) => forgetOldUploads(bucket, prefix, before),
    check: () => checkBucket(bucket),
    ...(options.presignsDownloads ? { downloadUrl: (key, download) => sign(bucket, key, download) } : {}),
  };
}

async function sizeOf({ name, client }: S3Bucket, key: string): Promise<number | undefined> {
  try {
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }));
    return ContentLength;
  } catch (error) {
    if (isAbsent(error as object)) return undefined;
    throw s3Failure(error);
  }
}

function sign({ name, reader }: S3Bucket, key: string, download: Download): Promise<string> {
  assertKey(key);
  const command = new GetObjectCommand({
    Bucket: name,
    Key: key,
    ResponseContentDisposition: download.contentDisposition,
    ResponseContentType: download.contentType,
    ResponseCacheControl: 'private, no-store',
  });
  return getSignedUrl(reader, command, { expiresIn: LINK_LIVES_SECONDS });
}
