import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { addAbortSignal, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { releaseAsRead } from '#platform/memory.ts';
import type { S3Bucket } from './s3-client.ts';
import { answered, s3Outage, statusOf } from './s3-failure.ts';

const READ_AHEAD_BYTES = 256 * 1024;
/** Connections that may break one after the other without a byte in between. */
const BREAKS = 3;
const FIRST_WAIT_MS = 200;

interface Range {
  readonly start?: number;
  readonly end?: number;
}

interface Opened {
  readonly body: Readable;
  readonly bytes: number;
  /** The same object, and no later one under its key. */
  readonly etag: string | undefined;
}

/** Bytes of an object, held back as long as the reader wants; a connection that breaks on the way is replaced. */
export async function readObject(
  bucket: S3Bucket,
  key: string,
  { start = 0, end }: Range = {},
  signal?: AbortSignal,
): Promise<Readable> {
  signal?.throwIfAborted();
  if (end !== undefined && end <= start) {
    await answered(bucket.client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: key })));
    return Readable.from([]);
  }
  const ending = new AbortController();
  const either = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
  const open = (from: number, etag?: string): Promise<Opened> =>
    openObject(bucket, key, { start: from, end, etag }, either);
  const first = await open(start);
  const pieces = piecesOf({ open, silenceMs: bucket.patience.silenceMs, signal: either }, first, start);
  const stream = new Readable({
    highWaterMark: READ_AHEAD_BYTES,
    read() {
      pieces.next().then(
        ({ value }) => this.push(value ?? null),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      // A connection whose bytes were all read is used again.
      if (!this.readableEnded) ending.abort();
      done(error);
    },
  });
  return signal ? addAbortSignal(signal, stream) : stream;
}

async function openObject(
  bucket: S3Bucket,
  key: string,
  { start, end, etag }: { start: number; end: number | undefined; etag: string | undefined },
  abortSignal: AbortSignal,
): Promise<Opened> {
  const isWhole = start === 0 && end === undefined;
  const command = new GetObjectCommand({
    Bucket: bucket.name,
    Key: key,
    ...(isWhole ? {} : { Range: `bytes=${start}-${end === undefined ? '' : end - 1}` }),
    ...(etag === undefined ? {} : { IfMatch: etag }),
  });
  try {
    const { Body, ContentLength = 0, ETag } = await answered(bucket.reader.send(command, { abortSignal }));
    const body = Body as Readable;
    // Between two reads nobody listens; whoever reads next is told.
    body.on('error', () => undefined);
    return { body, bytes: ContentLength, etag: ETag };
  } catch (error) {
    // The range begins where the file ends, or behind.
    if (statusOf(error as object) === 416) return { body: Readable.from([]), bytes: 0, etag };
    throw error;
  }
}

interface Reading {
  readonly open: (from: number, etag?: string) => Promise<Opened>;
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

async function* piecesOf(
  { open, silenceMs, signal }: Reading,
  first: Opened,
  start: number,
): AsyncGenerator<Buffer> {
  const end = start + first.bytes;
  const release = releaseAsRead();
  let { body } = first;
  let breaks = 0;
  for (let at = start; at < end;) {
    try {
      for await (const piece of watched(body, silenceMs)) {
        breaks = 0;
        at += piece.length;
        release(piece.length);
        yield piece;
      }
      if (at < end) throw new Error('the connection ended early');
    } catch (error) {
      if (++breaks > BREAKS) throw s3Outage(error as Error);
      await delay(FIRST_WAIT_MS * 2 ** (breaks - 1), undefined, { signal });
      ({ body } = await open(at, first.etag));
    }
  }
}

/** The stream, which fails when it is asked and stays silent for too long. */
async function* watched(body: Readable, silenceMs: number): AsyncGenerator<Buffer> {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const silence = setTimeout(() => body.destroy(new Error(`no byte for ${silenceMs} ms`)), silenceMs);
    const { done, value } = await pieces.next().finally(() => clearTimeout(silence));
    if (done) return;
    yield value;
  }
}
