import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Options } from '#platform/files/s3-client.ts';
import { newId } from '#platform/ids.ts';
import type { RadosgwServer } from './radosgw-server.ts';

/** A bucket of its own on a server of the tests. */
export interface TestBucket {
  readonly options: S3Options;
  /** What the environment of a process names it by. */
  readonly settings: Readonly<Record<string, string>>;
  keys(): Promise<string[]>;
  /** Keys of uploads that nobody ended. */
  unfinished(): Promise<string[]>;
  /** Puts an empty object under any name, as others may who use the bucket. */
  put(name: string): Promise<void>;
  /** Begins an upload and does not go on with it. */
  begin(name: string): Promise<void>;
  remove(): Promise<void>;
}

type Address = Pick<RadosgwServer, 'endpoint' | 'accessKeyId' | 'secretAccessKey'>;

export async function makeBucket({ endpoint, ...credentials }: Address): Promise<TestBucket> {
  const Bucket = `test-${newId()}`;
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket }));
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
      found.push(...Contents.map(({ Key = '' }) => Key));
    }
    return found.sort();
  };
  return {
    options: {
      bucket: Bucket,
      region: undefined,
      endpoint,
      credentials,
      forcePathStyle: true,
      encryption: undefined,
      checksums: 'required',
      presignsDownloads: true,
    },
    settings: {
      STORAGE_TYPE: 's3',
      S3_BUCKET: Bucket,
      S3_ENDPOINT: endpoint,
      S3_FORCE_PATH_STYLE: 'true',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    keys,
    async unfinished() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    put: async (Key) => void (await client.send(new PutObjectCommand({ Bucket, Key }))),
    begin: async (Key) => void (await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))),
    async remove() {
      await Promise.all((await keys()).map((Key) => client.send(new DeleteObjectCommand({ Bucket, Key }))));
      await client.send(new DeleteBucketCommand({ Bucket }));
      client.destroy();
    },
  };
}
