import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { type DetectedDialect, detectDialect } from '#engine/ingestion/detect-dialect.ts';
import { createEncodingDetector } from '#engine/ingestion/detect-encoding.ts';
import type { Dialect } from '#engine/ingestion/dialect.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import type { RefusedRecord } from '#engine/ingestion/source-record.ts';

const SUITES = resolve(import.meta.dirname, '../../../shared/data/csv-suites');

/** For the option `skip` of tests that need the public test suites; false where they are there. */
export const withoutSuites: string | false = existsSync(SUITES)
  ? false
  : 'the public test suites (../shared/data/csv-suites) are not beside this checkout';

/** What the reader made of a record: its cells, or the codes of what is wrong with it. */
export interface ReadRecord {
  readonly line: number;
  readonly cells: readonly string[] | null;
  readonly codes: readonly string[];
  readonly byteOffset: number;
  readonly byteEnd: number;
}

/** Names of the files in a folder of the suites, sorted; none where the suites are absent. */
export function suiteFiles(folder: string, ending = ''): string[] {
  if (withoutSuites !== false) return [];
  return readdirSync(join(SUITES, folder))
    .filter((name) => name.endsWith(ending))
    .sort();
}

/** The bytes of a file of the suites, decompressed. */
export function suiteFile(path: string): Buffer {
  const bytes = readFileSync(join(SUITES, path));
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** What detection alone makes of a text. */
export function detect(bytes: Buffer): DetectedDialect {
  const detector = createEncodingDetector();
  detector.push(bytes);
  return detectDialect(bytes, detector.decide(true).encoding, true);
}

/** All records of a text, pushed in pieces cut at the given positions. */
export function readRecords(bytes: Buffer, dialect: Dialect, cuts: Iterable<number> = []): ReadRecord[] {
  const records: ReadRecord[] = [];
  const add = (at: Omit<RefusedRecord, 'errors'>, cells: readonly string[] | null, codes: string[]): void => {
    records.push({ line: at.lineStart, cells, codes, byteOffset: at.byteOffset, byteEnd: at.byteEnd });
  };
  const reader = createDelimitedReader({
    dialect,
    limits: DEFAULT_LIMITS,
    onRecord: (record) => add(record, [...record.cells], []),
    onError: (refused) =>
      add(
        refused,
        null,
        refused.errors.map(({ code }) => code),
      ),
  });
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(start, cut));
    start = cut;
  }
  reader.end();
  return records;
}
