/**
 * How fast delimited text is cut into cells, against csv-parse on the same bytes in the same run, and how fast the same
 * rows are read as NDJSON, against a split into lines and JSON.parse, which check neither UTF-8 nor repeated names.
 * node bench/reader.ts [runs]
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createReadStream, existsSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { ChunkFeed } from '#engine/ingestion/chunk-window.ts';
import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { createNdjsonReader } from '#engine/ingestion/ndjson-reader.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import { wholeNumber } from '#engine/ingestion/whole-number.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';

const US_FILE = join(import.meta.dirname, '../../shared/data/us/ssa-national/names-release-2025.zip');
const CHUNK_BYTES = 256 * 1024;
const GENERATED_ROWS = 2_000_000;

interface Result {
  readonly rows: number;
  readonly sum: number;
}

const runs = Number(process.argv[2] ?? 5);
const text = existsSync(US_FILE) ? await unzippedLines() : generatedLines();
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);

const quoted = Buffer.from(text.toString('latin1').replace(/^([^,\r\n]+)/gm, '"$1"'), 'latin1');
for (const [title, bytes] of Object.entries({ 'no quotes': text, 'first cell quoted': quoted })) {
  const ours = measure(() => readOurs(bytes));
  const theirs = measure(() => readCsvParse(bytes));
  assert.deepEqual(ours.result, theirs.result);
  console.log(`\n${title}: ${ours.result.rows} rows, ${(bytes.length / 1e6).toFixed(1)} MB`);
  console.log(`  our reader  ${summary(ours.times, ours.result.rows)}`);
  console.log(`  csv-parse   ${summary(theirs.times, theirs.result.rows)}`);
  console.log(`  ratio of the medians: ${(median(theirs.times) / median(ours.times)).toFixed(1)}`);
}

const objects = Buffer.from(
  text.toString('latin1').replace(/^(.*),(.*),(.*)\r?$/gm, '{"name":"$1","sex":"$2","count":$3}'),
);
const lines = measure(() => readOurLines(objects));
const parsed = measure(() => readLinesByParse(objects));
assert.deepEqual(lines.result, parsed.result);
console.log(`\nNDJSON: ${lines.result.rows} rows, ${(objects.length / 1e6).toFixed(1)} MB`);
console.log(`  our reader  ${summary(lines.times, lines.result.rows)}`);
console.log(`  JSON.parse  ${summary(parsed.times, parsed.result.rows)}`);
console.log(`  ratio of the medians: ${(median(parsed.times) / median(lines.times)).toFixed(1)}`);

function readOurs(bytes: Buffer): Result {
  let rows = 0;
  let sum = 0;
  const reader = createDelimitedReader({
    dialect: { separator: ',' },
    limits: DEFAULT_LIMITS,
    onRecord({ cells }) {
      rows++;
      sum += wholeNumber(cells[2] ?? '') ?? 0;
    },
    onError: ({ record }) => assert.fail(`record ${record} was refused`),
  });
  pushAll(reader, bytes);
  return { rows, sum };
}

function readOurLines(bytes: Buffer): Result {
  let rows = 0;
  let sum = 0;
  const reader = createNdjsonReader({
    limits: DEFAULT_LIMITS,
    onRecord({ value }) {
      rows++;
      sum += value['count'] as number;
    },
    onError: ({ record }) => assert.fail(`record ${record} was refused`),
  });
  pushAll(reader, bytes);
  return { rows, sum };
}

function pushAll(reader: ChunkFeed, bytes: Buffer): void {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    reader.push(bytes.subarray(start, start + CHUNK_BYTES));
  }
  reader.end();
}

function readLinesByParse(bytes: Buffer): Result {
  let rows = 0;
  let sum = 0;
  for (const line of bytes.toString().split('\n')) {
    if (line === '') continue;
    rows++;
    sum += (JSON.parse(line) as { count: number }).count;
  }
  return { rows, sum };
}

/** csv-parse at its best: the whole text at once, no stream, no list of records kept. */
function readCsvParse(bytes: Buffer): Result {
  let rows = 0;
  let sum = 0;
  parse(bytes, {
    on_record(cells: readonly string[]) {
      rows++;
      sum += wholeNumber(cells[2] ?? '') ?? 0;
      return null;
    },
  });
  return { rows, sum };
}

function measure(read: () => Result): { times: number[]; result: Result } {
  const times: number[] = [];
  let result: Result = { rows: 0, sum: 0 };
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    result = read();
    times.push(performance.now() - start);
  }
  return { times, result };
}

function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[times.length >> 1] ?? Number.NaN;
}

function summary(times: readonly number[], rows: number): string {
  const perSecond = Math.round((rows / median(times)) * 1000).toLocaleString('en');
  return `${times.map((time) => time.toFixed(0)).join(', ')} ms; ${perSecond} rows/s in the median`;
}

/** All lines of the US files, unzipped by our own reader, and how long that took. */
async function unzippedLines(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-reader-'));
  try {
    const store = createLocalFileStore(folder);
    await store.write('upload', createReadStream(US_FILE));
    const start = performance.now();
    const source = await openSource(store, 'upload', 'names.zip', DEFAULT_LIMITS);
    const opened = performance.now();
    const pieces: Buffer[] = [];
    for (const file of source.files.filter(({ name }) => name.endsWith('.txt'))) {
      for await (const chunk of file.open()) pieces.push(chunk);
    }
    const inflated = performance.now();
    const [opening, inflating] = [(opened - start).toFixed(0), (inflated - opened).toFixed(0)];
    console.log(
      `archive of ${source.files.length} files: checked in ${opening} ms, inflated in ${inflating} ms`,
    );
    return Buffer.concat(pieces);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function generatedLines(): Buffer {
  console.log('the shared data folder is not beside this checkout: generated rows');
  const names = [
    'Mary',
    'Anna',
    'Emma',
    'Elizabeth',
    'Minnie',
    'Margaret',
    'Ida',
    'Alice',
    'Bertha',
    'Sarah',
  ];
  const lines = Array.from({ length: GENERATED_ROWS }, (_, row) => {
    const name = `${names[row % names.length]}${String.fromCharCode(97 + (row % 26))}`;
    return `${name},${row % 3 === 0 ? 'M' : 'F'},${(row * 7919) % 10_000}\r\n`;
  });
  return Buffer.from(lines.join(''));
}
