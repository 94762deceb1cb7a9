import type { CompletedPart } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { newId } from '#platform/ids.ts';
import { releaseAsRead } from '#platform/memory.ts';
import { fileTooLarge, type WriteOptions } from './file-store.ts';
import { createPartBuffer } from './part-buffer.ts';
import type { S3Bucket } from './s3-client.ts';
import {
  beginUpload,
  completeUpload,
  forgetUpload,
  putObject,
  type S3Writing,
  uploadPart,
} from './s3-object.ts';

/** Of every part but the last. With the number of parts that S3 takes, an object ends at 78 GiB. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 3;
const MOST_PARTS = 10_000;

/**
 * Streams bytes into an object: a small one in one request, a large one in parts. Nothing stays behind when it throws.
 * Parts are sent from memory: their SHA-256 is in the signature of their request, so that the server refuses what
 * changed on the way, and they can be sent again.
 */
export async function writeObject(
  bucket: S3Bucket,
  key: string,
  source: AsyncIterable<Uint8Array>,
  { signal, maxBytes = 0, isReused = false }: WriteOptions,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  const release = releaseAsRead();
  const writer = createWriter({ bucket, key, id: newId() }, signal);
  try {
    for await (const chunk of source) {
      signal?.throwIfAborted();
      size += chunk.byteLength;
      if (!isReused) release(chunk.byteLength);
      if (maxBytes > 0 && size > maxBytes) throw fileTooLarge(maxBytes);
      hash.update(chunk);
      await writer.push(chunk);
    }
    signal?.throwIfAborted();
    await writer.finish();
  } catch (error) {
    await writer.abandon();
    signal?.throwIfAborted();
    throw error;
  }
  return { size, sha256: hash.digest('hex') };
}

interface Writer {
  /** Sends a part when there is enough for one; waits while as many are under way as may be. */
  push(chunk: Uint8Array): Promise<void>;
  /** The object is there, whole, when this resolves. */
  finish(): Promise<void>;
  /** Has the server forget the parts. Never rejects. */
  abandon(): Promise<void>;
}

function createWriter(writing: S3Writing, signal: AbortSignal | undefined): Writer {
  const buffer = createPartBuffer(PART_BYTES);
  const parts = createPartQueue(writing, signal, buffer.giveBack);
  let uploadId: string | undefined;

  async function sendPart(): Promise<void> {
    uploadId ??= await beginUpload(writing);
    // Before the buffer asks for memory for the next part.
    await parts.untilFree();
    parts.send(uploadId, buffer.take());
  }

  return {
    async push(chunk) {
      for (let start = 0; start < chunk.byteLength;) {
        const taken = buffer.fill(start === 0 ? chunk : chunk.subarray(start));
        if (taken === 0) await sendPart();
        start += taken;
      }
    },
    // From the last request on nothing is cut off: nobody would know whether the server heard it.
    async finish() {
      if (uploadId === undefined) return putObject(writing, buffer.take());
      await sendPart();
      await completeUpload(writing, uploadId, await parts.sent());
      buffer.close();
    },
    async abandon() {
      await parts.cutOff();
      if (uploadId !== undefined) await forgetUpload(writing, uploadId);
    },
  };
}

interface PartQueue {
  /** Resolves when another part may be sent; rejects when one was refused. */
  untilFree(): Promise<void>;
  send(uploadId: string, body: Buffer): void;
  /** All parts, in order, once the server has them. */
  sent(): Promise<CompletedPart[]>;
  cutOff(): Promise<void>;
}

function createPartQueue(
  writing: S3Writing,
  signal: AbortSignal | undefined,
  onSent: (body: Buffer) => void,
): PartQueue {
  const ending = new AbortController();
  const either = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
  const underWay = new Set<Promise<void>>();
  const done: CompletedPart[] = [];
  let failure: { readonly error: unknown } | undefined;
  let number = 0;

  async function upload(part: Parameters<typeof uploadPart>[1]): Promise<void> {
    try {
      done[part.number - 1] = await uploadPart(writing, part, either);
      onSent(part.body);
    } catch (error) {
      failure ??= { error };
    }
  }

  return {
    async untilFree() {
      while (underWay.size >= PARTS_AT_ONCE) await Promise.race(underWay);
      if (failure) throw failure.error;
      if (number === MOST_PARTS) throw new Error(`${writing.key} has more than ${MOST_PARTS} parts.`);
    },
    send(uploadId, body) {
      const part = upload({ uploadId, number: ++number, body }).finally(() => underWay.delete(part));
      underWay.add(part);
    },
    async sent() {
      await Promise.all(underWay);
      if (failure) throw failure.error;
      return done;
    },
    async cutOff() {
      ending.abort();
      await Promise.all(underWay);
    },
  };
}
