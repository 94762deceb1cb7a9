import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export interface S3Options {
  readonly bucket: string;
  /** Undefined: what the SDK finds (`AWS_REGION`, a profile). */
  readonly region: string | undefined;
  /** Undefined: AWS itself. */
  readonly endpoint: string | undefined;
  /** Undefined: the chain of the SDK (environment, profiles, web identity, metadata of the machine). */
  readonly credentials: S3Credentials | undefined;
  /** `endpoint/bucket/key` in place of `bucket.endpoint/key`. */
  readonly forcePathStyle: boolean;
  /** What the server encrypts with; undefined: the default of the bucket. */
  readonly encryption: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined;
  /** `supported` adds a CRC32 to what is sent and checks it in what comes, which older servers refuse. */
  readonly checksums: 'required' | 'supported';
  /** Whether clients fetch files from S3 itself, by links that expire. */
  readonly presignsDownloads: boolean;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How long which silence is borne, in milliseconds. */
export interface S3Patience {
  readonly connectMs: number;
  /** Without a byte in either direction, and until the answer to a question begins. */
  readonly silenceMs: number;
}

/** A bucket, and how to talk to its server. */
export interface S3Bucket {
  readonly name: string;
  /** For all but the content of objects. */
  readonly client: S3Client;
  /** For the content of objects, which a reader may take as slowly as it likes. */
  readonly reader: S3Client;
  readonly options: S3Options;
  readonly patience: S3Patience;
}

const PATIENCE: S3Patience = { connectMs: 5_000, silenceMs: 30_000 };
/** The first one included; waits between them grow from 50 ms, and are drawn by lot. */
const ATTEMPTS = 4;
/** Connections are waited for, not refused, when all are taken. */
const CONNECTIONS = 128;
/** Servers at an address of their own have regions in name only. */
const ANY_REGION = 'us-east-1';

export function openBucket(options: S3Options, patience: Partial<S3Patience> = {}): S3Bucket {
  const borne = { ...PATIENCE, ...patience };
  const { connectMs, silenceMs } = borne;
  const shared = clientConfig(options);
  const agent = { keepAlive: true, maxSockets: CONNECTIONS };
  const handler = { connectionTimeout: connectMs, httpAgent: agent, httpsAgent: agent };
  const client = new S3Client({ ...shared, requestHandler: { ...handler, socketTimeout: silenceMs } });
  const reader = new S3Client({
    ...shared,
    // Both ask for credentials that expire only once.
    credentials: client.config.credentials,
    requestHandler: {
      ...handler,
      socketTimeout: 0,
      // Until the headers have come.
      requestTimeout: silenceMs,
      throwOnRequestTimeout: true,
    },
  });
  return { name: options.bucket, client, reader, options, patience: borne };
}

function clientConfig(options: S3Options): S3ClientConfig {
  const { endpoint, credentials, forcePathStyle, checksums } = options;
  const when = checksums === 'supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  const region = options.region ?? (endpoint === undefined ? undefined : ANY_REGION);
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle,
    requestChecksumCalculation: when,
    responseChecksumValidation: when,
    retryMode: 'standard',
    maxAttempts: ATTEMPTS,
  };
}
