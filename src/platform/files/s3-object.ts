import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-client.ts';
import { answered } from './s3-failure.ts';

/** One act of writing an object. */
export interface S3Writing {
  readonly bucket: S3Bucket;
  readonly key: string;
  /** Lies beside the object, so that it says whose it is. */
  readonly id: string;
}

/** Metadata of objects, and of nothing else that we keep in S3. */
const WRITING = 'writing';

/** The whole object at once. */
export async function putObject({ bucket, key, id }: S3Writing, body: Buffer): Promise<void> {
  const command = new PutObjectCommand({ ...common(bucket, key), ...made(bucket, id), Body: body });
  await answered(bucket.client.send(command));
}

/** Answers the id of the upload. Not to be cut off: nobody else would know it. */
export async function beginUpload({ bucket, key, id }: S3Writing): Promise<string> {
  const command = new CreateMultipartUploadCommand({
    ...common(bucket, key),
    ...made(bucket, id),
    ...(bucket.options.checksums === 'supported' ? { ChecksumAlgorithm: 'CRC32' as const } : {}),
  });
  const { UploadId } = await answered(bucket.client.send(command));
  if (UploadId === undefined) throw new Error('S3 began an upload and did not name it.');
  return UploadId;
}

export async function uploadPart(
  { bucket, key }: S3Writing,
  part: { readonly uploadId: string; readonly number: number; readonly body: Buffer },
  abortSignal: AbortSignal,
): Promise<CompletedPart> {
  const { uploadId: UploadId, number: PartNumber, body: Body } = part;
  const command = new UploadPartCommand({ ...common(bucket, key), UploadId, PartNumber, Body });
  const { ETag, ChecksumCRC32 } = await answered(bucket.client.send(command, { abortSignal }));
  return { PartNumber, ETag, ChecksumCRC32 };
}

/** Makes the object of its parts. An answer that was lost is no failure where the object is there. */
export async function completeUpload(
  writing: S3Writing,
  uploadId: string,
  parts: readonly CompletedPart[],
): Promise<void> {
  const { bucket, key } = writing;
  const command = new CompleteMultipartUploadCommand({
    ...common(bucket, key),
    UploadId: uploadId,
    MultipartUpload: { Parts: [...parts] },
  });
  try {
    await answered(bucket.client.send(command));
  } catch (error) {
    // A second try finds no upload where the first one was heard.
    if (!(await isThere(writing))) throw error;
  }
}

/** Where this fails, the sweep finds the upload later. */
export async function forgetUpload({ bucket, key }: S3Writing, uploadId: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...common(bucket, key), UploadId: uploadId });
  await bucket.client.send(command).catch(() => undefined);
}

async function isThere({ bucket, key, id }: S3Writing): Promise<boolean> {
  try {
    const { Metadata } = await bucket.client.send(new HeadObjectCommand(common(bucket, key)));
    return Metadata?.[WRITING] === id;
  } catch {
    return false;
  }
}

function common(bucket: S3Bucket, key: string): { Bucket: string; Key: string } {
  return { Bucket: bucket.name, Key: key };
}

function made(
  { options }: S3Bucket,
  id: string,
): Pick<ConstructorParameters<typeof PutObjectCommand>[0], 'Metadata' | 'ServerSideEncryption'> {
  const { encryption } = options;
  return { Metadata: { [WRITING]: id }, ...(encryption ? { ServerSideEncryption: encryption } : {}) };
}
