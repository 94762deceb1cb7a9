import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releaseAsRead } from './memory.ts';

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
