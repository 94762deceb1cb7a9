import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { createLedger } from '#engine/ingestion/ledger.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { openSource, type Source } from '#engine/ingestion/source-files.ts';
import type { JobContext } from '#engine/jobs/define-job.ts';
import { newId } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { findDatasetToImport } from '#products/names/catalog/dataset.query.ts';
import { compareRelease } from '#products/names/editions/compare-release.ts';
import { buildSlices } from '#products/names/import/build-slices.ts';
import type { ImportRun } from '#products/names/import/import-run.ts';
import { loadRelease } from '#products/names/import/load-release.ts';
import { createNameNumbers, type Spelling } from '#products/names/import/name-numbers.ts';
import { planFiles } from '#products/names/import/plan-files.ts';
import { publishReading } from '#products/names/import/publish-reading.ts';
import { type FinishedReading, readDataset } from '#products/names/import/read-dataset.ts';
import { type NameFile, readSource } from '#products/names/import/read-source.ts';
import { createRowBuckets } from '#products/names/import/row-buckets.ts';
import { createSliceRegistry } from '#products/names/import/slice-registry.ts';
import { numberSpellings } from '#products/names/import/spellings.query.ts';
import { usSsa } from '#products/names/parsers/us-ssa.ts';
import { withFreshDatabase } from '../support/fresh-database.ts';
import { storeOf } from '../support/store-of.ts';

/** Milliseconds of the steps of an import, one after the other in this process. */
export interface Steps {
  readonly inflate: number;
  readonly split: number;
  readonly parse: number;
  readonly number: number;
  /** The four above in one pass. */
  readonly parseOnly: number;
  readonly dictionary: number;
  readonly build: number;
  /** Build, encoding and COPY over two connections, areas and release included. */
  readonly loadOnly: number;
  readonly publish: number;
}

const OPTIONS: ImportRun['dataset']['options'] = {
  year: null,
  gender: null,
  area: null,
  mode: 'partial',
  max_errors: null,
  max_error_ratio: 0.05,
  dry_run: false,
};

/** Measures the steps on a database of its own on the server at `url`, where the dictionary is empty. */
export function measureSteps(url: string, file: string): Promise<Steps> {
  return withFreshDatabase(url, async (pool) => {
    const scratchDir = mkdtempSync(join(tmpdir(), 'affirm-name-steps-'));
    try {
      // The first pass warms the code up, as the second import of a server finds it.
      await measurePasses(file);
      const { inflate, split, parse } = await measurePasses(file);
      const { parseOnly, batches } = await measureParseOnly(file, scratchDir);
      const dictionary = await timed(async () => {
        for (const batch of batches) await numberSpellings(pool, batch);
      });
      const loading = await measureLoading(pool, file, scratchDir);
      const number = parseOnly - parse;
      return {
        inflate,
        split: split - inflate,
        parse: parse - split,
        number,
        parseOnly,
        dictionary,
        ...loading,
      };
    } finally {
      rmSync(scratchDir, { recursive: true, force: true });
    }
  });
}

/** Three passes over the file, each with a step more. */
async function measurePasses(file: string): Promise<{ inflate: number; split: number; parse: number }> {
  type Reader = { push(chunk: Buffer): void; end(): void };
  const pass = (readerFor: (from: NameFile) => Reader): Promise<number> =>
    timed(async () => {
      const { source, files } = await open(file);
      for (const each of files) {
        const reader = readerFor(each);
        for await (const chunk of each.source.open()) reader.push(chunk);
        reader.end();
      }
      await source.close();
    });
  const splitter =
    (onCells: (cells: readonly string[], from: NameFile) => unknown) =>
    (from: NameFile): Reader =>
      createDelimitedReader({
        dialect: from.dialect,
        limits: DEFAULT_LIMITS,
        onRecord: ({ cells }) => void onCells(cells, from),
        onError: ({ record }) => {
          throw new Error(`record ${record} was refused`);
        },
      });
  return {
    inflate: await pass(() => ({ push: () => undefined, end: () => undefined })),
    split: await pass(splitter((cells) => cells.length)),
    parse: await pass(splitter((cells, { layout, facts }) => layout.parseRow(cells, facts))),
  };
}

/** Reader, parser and numbering into columns, without a database; what the dictionary would have been asked. */
async function measureParseOnly(
  file: string,
  scratchDir: string,
): Promise<{ parseOnly: number; batches: readonly (readonly Spelling[])[] }> {
  const batches: (readonly Spelling[])[] = [];
  const names = createNameNumbers(async (spellings) => {
    batches.push(spellings);
    return Int32Array.from(spellings.keys());
  });
  const rows = createRowBuckets(join(scratchDir, 'parse-only'));
  const parseOnly = await timed(async () => {
    const { source, files } = await open(file);
    await readSource({
      parser: usSsa,
      files,
      limits: DEFAULT_LIMITS,
      ledger: createLedger({ onError: () => undefined }),
      registry: createSliceRegistry(),
      names,
      rows,
      signal: new AbortController().signal,
      onChunk: () => undefined,
    });
    await names.settle();
    await source.close();
  });
  rows.discard();
  return { parseOnly, batches };
}

async function measureLoading(
  pool: Pool,
  file: string,
  scratchDir: string,
): Promise<Pick<Steps, 'build' | 'loadOnly' | 'publish'>> {
  const run = await insertDataset(pool, file);
  const context = unguarded(pool);
  const reading = await read(pool, file, scratchDir, context);
  const build = await timed(async () => {
    for (const bucket of reading.rows.drain()) {
      for (const slice of buildSlices(bucket, reading.slices, reading.table, usSsa, () => undefined)) {
        void slice;
      }
    }
  });
  let releaseNo = 0;
  const loadOnly = await timed(async () => {
    releaseNo = await loadRelease(pool, reading, run, context);
  });
  const publish = await timed(async () => {
    const comparison = await compareRelease(pool, releaseNo, () => undefined);
    await publishReading(reading, run, { no: releaseNo, comparison }, context);
  });
  reading.rows.discard();
  return { build, loadOnly, publish };
}

async function read(
  pool: Pool,
  file: string,
  scratchDir: string,
  context: JobContext,
): Promise<FinishedReading> {
  const { source, files } = await open(file);
  const dependencies = { pool, files: storeOf(file).store, limits: DEFAULT_LIMITS, scratchDir };
  const reading = await readDataset(
    dependencies,
    { source, files, unread: [], parser: usSsa, options: OPTIONS },
    context,
  );
  await source.close();
  return reading;
}

async function open(file: string): Promise<{ source: Source; files: NameFile[] }> {
  const { store, key } = storeOf(file);
  const source = await openSource(store, key, key, DEFAULT_LIMITS);
  const { files } = await planFiles(source.files, usSsa, OPTIONS, { limits: DEFAULT_LIMITS });
  return { source, files: files.map((each) => ({ ...each, layer: 0, isAmended: false })) };
}

async function insertDataset(pool: Pool, file: string): Promise<ImportRun> {
  const id = newId();
  await pool.run(
    'insert dataset',
    sql`
      INSERT INTO datasets (id, country_id, filename, file_path, file_size, checksum, parser, options)
      SELECT ${id}, id, ${basename(file)}, ${basename(file)}, 1, repeat('0', 64), ${usSsa.id}, ${JSON.stringify(OPTIONS)}
      FROM countries WHERE code = 'US'`,
  );
  const dataset = await findDatasetToImport(pool, id);
  if (!dataset) throw new Error('the dataset was not inserted');
  return { dataset, parser: usSsa, reprocess: false, reason: null, started: performance.now() };
}

/** A job that nobody can take over: nothing is fenced. */
function unguarded(pool: Pool): JobContext {
  return {
    jobId: newId(),
    leaseToken: 1,
    attempt: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    session: (work) => pool.session(work),
    fence: async () => undefined,
    complete: async () => undefined,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
