import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ChunkFeed } from './chunk-window.ts';
import { createDelimitedReader } from './delimited-reader.ts';
import { createNdjsonReader } from './ndjson-reader.ts';

const MEBIBYTE = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const LIMITS = { maxLineBytes: MEBIBYTE, maxColumns: 100 };
/** One chunk and two records at the limit, doubled while they are joined, and what the runtime itself needs. */
const MOST_KEPT = 8 * MEBIBYTE;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const endings = { onRecord: () => undefined, onError: () => undefined };
const csv = (): ChunkFeed =>
  createDelimitedReader({ dialect: { separator: ',' }, limits: LIMITS, ...endings });
const ndjson = (): ChunkFeed => createNdjsonReader({ limits: LIMITS, ...endings });

const cases: Readonly<Record<string, [reader: () => ChunkFeed, start: string, repeated: string]>> = {
  'CSV with quoted cells': [csv, '', 'someone@example.com,"a ""cell"" in quotes, a long one","é"\r\n'],
  'CSV whose quote is never closed': [csv, 'a,"', 'line,of,a cell\n'],
  'CSV without a line end': [csv, '', 'abc,'],
  'CSV whose records are all refused': [csv, '', `a"b,${'c'.repeat(100)}\n`],
  NDJSON: [
    ndjson,
    '',
    '{"email":"someone@example.com","bio":"long enough to be a slice","tags":["é","\\n"]}\n',
  ],
  'NDJSON without a line end': [ndjson, '{"a":"', 'endless text '],
  'NDJSON whose lines are all refused': [ndjson, '', `{"a":"${'b'.repeat(100)}","a":2}\n`],
};

describe('what a reader keeps does not grow with the file:', () => {
  for (const [title, [create, start, repeated]] of Object.entries(cases)) {
    test(title, () => {
      const reader = create();
      reader.push(Buffer.from(start));
      const line = Buffer.from(repeated);
      const before = memory();
      for (let pushed = 0; pushed < 24 * MEBIBYTE; pushed += CHUNK_BYTES) {
        // A chunk of its own each time: one that is kept would show.
        reader.push(Buffer.alloc(CHUNK_BYTES - (CHUNK_BYTES % line.length), line));
        if (pushed % (8 * MEBIBYTE) === 0) assert.ok(memory() - before < MOST_KEPT);
      }
      reader.end();
      assert.ok(memory() - before < MOST_KEPT);
    });
  }
});

function memory(): number {
  // Buffers are freed in the background; the second collection waits for the first.
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
