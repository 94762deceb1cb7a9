import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { isKey, type StoredFile } from './file-store.ts';
import type { S3Bucket } from './s3-client.ts';
import { answered } from './s3-failure.ts';

/** Page by page. What others put into the bucket under names that are no keys of ours is passed over. */
export async function* listObjects({ name, client }: S3Bucket, prefix: string): AsyncGenerator<StoredFile> {
  let page: ListObjectsV2CommandOutput | undefined;
  do {
    page = await answered(
      client.send(
        new ListObjectsV2Command({
          Bucket: name,
          Prefix: prefix,
          ContinuationToken: page?.NextContinuationToken,
        }),
      ),
    );
    for (const { Key: key = '', Size: size = 0, LastModified: modifiedAt } of page.Contents ?? []) {
      if (isKey(key) && modifiedAt) yield { key, size, modifiedAt };
    }
  } while (page.NextContinuationToken !== undefined);
}

/** Has the server forget the parts of uploads that were begun before a moment and never ended; answers how many. */
export async function forgetOldUploads(
  { name, client }: S3Bucket,
  prefix: string,
  before: Date,
): Promise<number> {
  let forgotten = 0;
  let page: ListMultipartUploadsCommandOutput | undefined;
  do {
    page = await answered(
      client.send(
        new ListMultipartUploadsCommand({
          Bucket: name,
          Prefix: prefix,
          KeyMarker: page?.NextKeyMarker,
          UploadIdMarker: page?.NextUploadIdMarker,
        }),
      ),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || !isKey(Key) || Initiated === undefined || Initiated >= before) continue;
      await answered(client.send(new AbortMultipartUploadCommand({ Bucket: name, Key, UploadId })));
      forgotten++;
    }
  } while (page.IsTruncated === true);
  return forgotten;
}
