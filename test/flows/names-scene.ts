import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import type { JobDefinition } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { newId } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import {
  deleteDataset,
  publishDataset,
  reprocessDataset,
  restoreDataset,
} from '#products/names/catalog/dataset-commands.ts';
import { type DatasetRow, findDataset } from '#products/names/catalog/datasets.query.ts';
import { importNameFileJobs } from '#products/names/import/import-name-file.job.ts';
import { maintenanceJobs } from '#products/names/maintenance/index.ts';
import { findNameCounts } from '#products/names/statistics/name-counts.ts';
import { chooseAreas } from '#products/names/statistics/scope.ts';
import { createReadModel, type ReadModel, type Snapshot } from '#products/names/read-model/read-model.ts';
import { acceptUpload, originalKey } from '#products/names/upload/accept-upload.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobReaches, silent, startTestWorker, until } from '../faults/jobs-support.ts';

/** Lines of the office's layout (`Mary,F,10`) by year. */
type YearFiles = Readonly<Record<number, string>>;

/** A dataset whose file is there. */
type StoredDataset = DatasetRow & { readonly country_no: number; readonly file_path: string };

export interface NamesScene {
  readonly pool: Pool;
  readonly files: FileStore;
  /** Where `files` keeps them. */
  readonly filesFolder: string;
  readonly model: ReadModel;
  /** Uploads national files of these years as one dataset, or an archive, and waits for its import. */
  upload(years: YearFiles, edition?: string): Promise<StoredDataset>;
  dataset(id: string): Promise<StoredDataset>;
  publish(id: string): Promise<void>;
  delete(id: string): Promise<void>;
  restore(id: string): Promise<void>;
  /** Waits for its end. */
  reprocess(id: string): Promise<void>;
  /** Runs a job and answers its result. */
  // oxlint-disable-next-line typescript/no-explicit-any
  run(type: string, payload?: object): Promise<any>;
  /** Waits for the folds that were queued by themselves. */
  folded(): Promise<void>;
  /** `name count` in rank order. */
  list(year: number, gender: 'F' | 'M', snapshot?: Snapshot): Promise<string[]>;
  /** Counts by year, one entry for each published year. */
  trend(name: string, gender: 'F' | 'M', snapshot?: Snapshot): Promise<Record<number, number | null>>;
  /** Whether the pointer of each national slice leads to series. */
  pointers(): Promise<Pointer[]>;
  countRows(table: string): Promise<number>;
}

interface Pointer {
  readonly gender: string;
  readonly year: number;
  readonly release_no: number;
  readonly series_release_no: number | null;
}

const OPTIONS = {
  year: null,
  gender: null,
  area: null,
  mode: 'partial',
  max_errors: null,
  max_error_ratio: 1,
  dry_run: false,
} as const;

/** The names product with a real worker, without HTTP, on a database of its own; ends with the test file. */
export async function namesScene(
  wrap: (jobs: JobDefinition[]) => JobDefinition[] = (jobs) => jobs,
): Promise<NamesScene> {
  const db = await testDatabase();
  const { pool } = db;
  await foldAtOnce(pool);
  const folder = await mkdtemp(join(tmpdir(), 'affirm-names-'));
  const files = createLocalFileStore(join(folder, 'files'));
  const shared = { pool, files, limits: DEFAULT_LIMITS, sourceRules: { allowedHosts: [] }, maxFetchBytes: 0 };
  const jobs = wrap([
    ...importNameFileJobs({ ...shared, scratchDir: join(folder, 'scratch') }),
    ...maintenanceJobs({ pool, files, log: silent }),
  ]);
  const worker = await startTestWorker(db, jobs, { concurrency: 2 });
  const model = createReadModel({ pool, cacheBytes: 1 << 20 });
  after(async () => {
    await worker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function dataset(id: string): Promise<StoredDataset> {
    const row = await findDataset(pool, id);
    if (!row || row.country_no === null || row.file_path === null) throw new Error(`no dataset ${id}`);
    return { ...row, country_no: row.country_no, file_path: row.file_path };
  }

  return {
    pool,
    files,
    filesFolder: join(folder, 'files'),
    model,
    dataset,
    async upload(years, edition) {
      const id = newId();
      const { filename, content } = packed(years);
      const written = await files.write(originalKey(id), Readable.from([content]));
      const { jobId } = await acceptUpload(
        shared,
        { key: originalKey(id), filename, ...written, datasetId: id },
        {
          country: 'US',
          parser: 'us_ssa',
          options: OPTIONS,
          metadata: edition === undefined ? {} : { edition },
          allowDuplicate: true,
          amends: null,
        },
        { keyId: null },
      );
      await jobReaches(pool, jobId, 'completed');
      return dataset(id);
    },
    publish: async (id) => publishDataset(pool, await dataset(id)),
    delete: async (id) => deleteDataset(pool, await dataset(id)),
    restore: async (id) => restoreDataset(pool, await dataset(id)),
    async reprocess(id) {
      const wish = { reason: undefined, parser: undefined, keyId: null };
      await jobReaches(pool, await reprocessDataset(pool, await dataset(id), wish), 'completed');
    },
    async run(type, payload = {}) {
      const id = await enqueueJob(pool, { type, payload, createdBy: null });
      return (await jobReaches(pool, id, 'completed')).result;
    },
    async folded() {
      await until('nothing left to fold', async () => {
        const left = await pool.many(
          'left',
          sql`SELECT FROM jobs WHERE type = 'fold_series' AND status IN ('queued', 'running')`,
        );
        return left.length === 0;
      });
    },
    async list(year, gender, snapshot) {
      const now = snapshot ?? (await model.snapshot());
      const [scope] = chooseAreas(now, ['US'], undefined);
      const slice = scope?.country.years(scope.area.no, gender).find(({ toYear }) => toYear === year);
      if (!slice) return [];
      const [rows] = await model.rows([slice]);
      const { positions, rows: spellings } = now.dictionary;
      return Array.from(rows?.numbers ?? [], (no, at) => {
        return `${spellings[positions[no] as number]?.name} ${rows?.counts[at]}`;
      });
    },
    async trend(name, gender, snapshot) {
      const now = snapshot ?? (await model.snapshot());
      const scopes = chooseAreas(now, ['US'], undefined);
      const [counts] = await findNameCounts(pool, model, now, {
        name,
        scopes,
        genders: [gender],
        range: { from: undefined, to: undefined },
      });
      return Object.fromEntries(
        (counts?.slices ?? []).map(({ toYear }, at) => [toYear, counts?.counts[at] ?? null]),
      );
    },
    pointers: () =>
      pool.many<Pointer>(
        'pointers',
        sql`SELECT gender, to_year AS year, release_no, series_release_no FROM slices ORDER BY gender, to_year`,
      ),
    async countRows(table) {
      const [row] = await pool.many<{ rows: number }>('count', {
        text: `SELECT count(*)::int AS rows FROM ${table}`,
        values: [],
      });
      return row?.rows ?? 0;
    },
  };
}

/** A fold waits for further uploads; here it does not. */
async function foldAtOnce(pool: Pool): Promise<void> {
  await pool.run(
    'at once',
    sql`
      CREATE FUNCTION at_once() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.next_retry_at := NULL;
        RETURN NEW;
      END $$`,
  );
  await pool.run(
    'at once',
    sql`
      CREATE TRIGGER at_once BEFORE UPDATE OF next_retry_at ON jobs FOR EACH ROW
      WHEN (NEW.type = 'fold_series' AND NEW.status = 'queued') EXECUTE FUNCTION at_once()`,
  );
}

function packed(years: YearFiles): { filename: string; content: Buffer } {
  const entries = Object.entries(years).map(([year, data]) => ({ name: `yob${year}.txt`, data }));
  const [only] = entries;
  return entries.length === 1 && only
    ? { filename: only.name, content: Buffer.from(only.data) }
    : { filename: 'names.zip', content: craftZip(entries) };
}
