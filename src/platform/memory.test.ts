import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releaseAsGrown, releaseAsRead } from './memory.ts';

const PIECE = 64 * 1024;
const PIECES = 4096;
const MEGABYTE = 1024 * 1024;

describe('buffers that are soon done with', () => {
  it('take the memory of some 8 MB of them, where V8 would let it grow to 80', () => {
    const release = releaseAsRead();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let piece = 0; piece < PIECES; piece++) {
      Buffer.alloc(PIECE);
      release(PIECE);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    assert.ok(most <= 40 * MEGABYTE, `${(most / MEGABYTE).toFixed(1)} MB`);
  });
});

describe('long work', () => {
  it('keeps the memory of some 16 MB of objects that are done with, and of 4 MB of buffers, beside what it needs', () => {
    const release = releaseAsGrown();
    const before = process.memoryUsage();
    let [heap, buffers] = [0, 0];
    let used: unknown[] = [];
    for (let step = 0; step < 1000; step++) {
      // Long enough in use to outlive two minor collections.
      if (step % 100 === 0) used = [];
      used.push(
        Array.from({ length: 10_000 }, (_, at) => at / 3),
        Buffer.alloc(PIECE),
      );
      release();
      const now = process.memoryUsage();
      heap = Math.max(heap, now.heapUsed - before.heapUsed);
      buffers = Math.max(buffers, now.arrayBuffers - before.arrayBuffers);
    }
    assert.ok(heap <= 48 * MEGABYTE, `${(heap / MEGABYTE).toFixed(1)} MB of heap`);
    assert.ok(buffers <= 12 * MEGABYTE, `${(buffers / MEGABYTE).toFixed(1)} MB of buffers`);
  });
});
