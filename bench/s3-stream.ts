/**
 * A large file streamed into S3 and back by our store and, for comparison, in by the SDK's own uploader: time, peak
 * memory of the process that streams, and what an abort leaves behind. The server is radosgw on this machine, in memory.
 * node bench/s3-stream.ts [--gigabytes=5] [--compare=1]
 */
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { S3Options } from '#platform/files/s3-client.ts';
import { createS3FileStore } from '#platform/files/s3-file-store.ts';
import { startRadosgw, withoutRadosgw } from '#test/support/radosgw-server.ts';
import { makeBucket } from '#test/support/s3-bucket.ts';
import { megabytes, seconds } from './support/figures.ts';
import { machineLine } from './support/machine.ts';
import { peakResident } from './support/memory.ts';

const MOST_MEMORY = 200e6;
const GIGABYTE = 1e9;
const PIECE = Buffer.alloc(64 * 1024);

type Way = 'store' | 'uploader';

interface Figures {
  readonly inMs: number;
  readonly outMs: number | null;
  readonly peakBytes: number;
  /** From the abort to the rejection, and uploads that the server still knew then. */
  readonly abortMs: number;
  readonly left: number;
}

const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '5' },
    /** Gigabytes for the comparison; 0: none. */
    compare: { type: 'string', default: '1' },
    /** Of a process that streams. */
    way: { type: 'string' },
    bytes: { type: 'string', default: '0' },
    options: { type: 'string', default: '{}' },
  },
});

if (values.way !== undefined) {
  const options = JSON.parse(values.options) as S3Options;
  console.log(JSON.stringify(await stream(values.way as Way, options, Number(values.bytes))));
} else if (withoutRadosgw() === undefined) {
  process.exitCode = (await compare()) ? 0 : 1;
} else {
  console.log(`skipped: ${withoutRadosgw()}`);
}

async function compare(): Promise<boolean> {
  const whole = Number(values.gigabytes) * GIGABYTE;
  const small = Number(values.compare) * GIGABYTE;
  const server = await startRadosgw({ memoryBytes: Math.ceil(2 * whole + 2 * small + 2 * GIGABYTE) });
  try {
    console.log(machineLine());
    const { options, remove } = await makeBucket(server);
    if (small > 0) {
      await report('store', options, small);
      await report('uploader', options, small);
    }
    const { peakBytes } = await report('store', options, whole);
    await remove();
    const met = peakBytes < MOST_MEMORY;
    console.log(`\n  ${met ? 'ok  ' : 'FAIL'}  below ${megabytes(MOST_MEMORY)}: ${megabytes(peakBytes)}`);
    return met;
  } finally {
    await server.stop();
  }
}

async function report(way: Way, options: S3Options, bytes: number): Promise<Figures> {
  const words = [`--way=${way}`, `--bytes=${bytes}`, `--options=${JSON.stringify(options)}`];
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [figures] = (await Promise.all([json(child.stdout), once(child, 'close')])) as [Figures, unknown];
  const { inMs, outMs, peakBytes, abortMs, left } = figures;
  const speed = (ms: number): string => `${seconds(ms)} (${megabytes((bytes / ms) * 1000)}/s)`;
  console.log(
    `${way.padEnd(8)} ${megabytes(bytes)}: in ${speed(inMs)}, out ${outMs === null ? '–' : speed(outMs)}, ` +
      `peak ${megabytes(peakBytes)}; abort ${seconds(abortMs)}, ${left} uploads left`,
  );
  return figures;
}

async function stream(way: Way, options: S3Options, bytes: number): Promise<Figures> {
  const store = createS3FileStore(options);
  const started = performance.now();
  const sha256 = way === 'store' ? (await store.write('large', source(bytes))).sha256 : undefined;
  if (way === 'uploader') await uploader(options, 'large', bytes).done();
  const inMs = performance.now() - started;
  // Only what it takes in: the way back is the same.
  const outMs = sha256 === undefined ? null : await readBack(store, sha256);
  const peakBytes = peakResident(process.pid);
  return { inMs, outMs, peakBytes, ...(await abort(way, options)) };
}

async function readBack(store: ReturnType<typeof createS3FileStore>, sha256: string): Promise<number> {
  const started = performance.now();
  const hash = createHash('sha256');
  for await (const piece of await store.read('large')) hash.update(piece as Buffer);
  assert.equal(hash.digest('hex'), sha256);
  return performance.now() - started;
}

/** Aborts an upload that has begun to send parts. */
async function abort(way: Way, options: S3Options): Promise<Pick<Figures, 'abortMs' | 'left'>> {
  const controller = new AbortController();
  let abortedAt = 0;
  const bytes = source(10 * GIGABYTE, (sent) => {
    if (abortedAt > 0 || sent < 60e6) return;
    abortedAt = performance.now();
    controller.abort();
  });
  const { signal } = controller;
  if (way === 'store') {
    await assert.rejects(createS3FileStore(options).write('aborted', bytes, { signal }));
  } else {
    const upload = uploader(options, 'aborted', bytes);
    signal.addEventListener('abort', () => void upload.abort());
    await assert.rejects(upload.done());
  }
  const abortMs = performance.now() - abortedAt;
  const client = clientOf(options);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: options.bucket }));
  return { abortMs, left: Uploads.length };
}

/** With as many parts of as many bytes at a time as ours. */
function uploader(options: S3Options, key: string, bytes: number | AsyncIterable<Uint8Array>): Upload {
  const Body = Readable.from(typeof bytes === 'number' ? source(bytes) : bytes, { objectMode: false });
  return new Upload({
    client: clientOf(options),
    params: { Bucket: options.bucket, Key: key, Body },
    partSize: 8 * 1024 * 1024,
    queueSize: 3,
  });
}

function clientOf({ endpoint = '', credentials }: S3Options): S3Client {
  assert.ok(credentials);
  return new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
}

async function* source(bytes: number, onSent: (sent: number) => void = () => {}): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < bytes; sent += PIECE.length) {
    yield PIECE.subarray(0, Math.min(PIECE.length, bytes - sent));
    onSent(sent);
  }
}
