import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { findImport, type ImportRecord } from '#engine/imports/import-job.query.ts';
import { DEFAULT_IMPORT_OPTIONS, type ImportOptions } from '#engine/imports/import-options.ts';
import { importJobs } from '#engine/imports/import-records.job.ts';
import { listRecordErrors } from '#engine/imports/report.query.ts';
import { startImport } from '#engine/imports/start-import.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import type { RecordError } from '#engine/ingestion/record-error.ts';
import type { JobDefinition } from '#engine/jobs/define-job.ts';
import type { Worker, WorkerOptions } from '#engine/jobs/worker.ts';
import { contentResources } from '#products/content/index.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { newId } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { startTestWorker, until } from '../faults/jobs-support.ts';

interface Loaded {
  readonly row: ImportRecord;
  readonly errors: readonly RecordError[];
  /** `line code field`, in the order of the report. */
  readonly told: readonly string[];
}

interface LoadOptions extends Partial<ImportOptions> {
  readonly resource?: string;
  readonly filename?: string;
  readonly afterId?: string;
}

export interface ImportsScene {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly definitions: readonly JobDefinition[];
  /** Sends an upload; answers its id. */
  send(content: string, options?: LoadOptions): Promise<string>;
  /** Sends an upload and waits until its import has ended. */
  load(content: string, options?: LoadOptions): Promise<Loaded>;
  ended(id: string): Promise<Loaded>;
  worker(overrides?: Partial<WorkerOptions>): Promise<Worker>;
}

/** Imports by a worker in this process, in a database of its own, some records at a time. */
export async function importsScene(batchRecords: number): Promise<ImportsScene> {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-imports-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const database = await testDatabase();
  const { pool } = database;
  const files = createLocalFileStore(folder);
  const definitions = importJobs({
    pool,
    files,
    limits: DEFAULT_LIMITS,
    resources: contentResources({ maxPlainPasswords: 100 }),
    sourceRules: { allowedHosts: [] },
    maxFetchBytes: 0,
    batchRecords,
  });

  async function send(content: string, options: LoadOptions = {}): Promise<string> {
    const { resource = 'users', filename = `${resource}.csv`, afterId = null, ...rest } = options;
    const id = newId();
    const fileKey = `imports/${id}/original`;
    const { size, sha256 } = await files.write(fileKey, bytesOf(content));
    await pool.transaction((tx) =>
      startImport(tx, {
        id,
        resourceType: resource,
        format: null,
        filename,
        sourceUrl: null,
        fileKey,
        fileSize: size,
        checksum: sha256,
        options: { ...DEFAULT_IMPORT_OPTIONS, ...rest },
        parentId: null,
        afterId,
        callbackUrl: null,
        callbackSecret: null,
        createdBy: null,
      }),
    );
    return id;
  }

  async function ended(id: string): Promise<Loaded> {
    const row = await until(
      'import ended',
      async () => {
        const found = await findImport(pool, id);
        return found && found.completed_at !== null && found;
      },
      30_000,
    );
    assertAddsUp(row);
    const errors =
      row.report_no === null ? [] : await listRecordErrors(pool, row.report_no, { after: 0, limit: 10_000 });
    assert.deepEqual(
      errors.map(({ seq }) => seq),
      errors.map((_, at) => at + 1),
    );
    return {
      row,
      errors,
      told: errors.map(({ line_start, code, field }) => `${line_start} ${code} ${field}`),
    };
  }

  return {
    pool,
    files,
    definitions,
    send,
    ended,
    load: async (content, options) => ended(await send(content, options)),
    async worker(overrides) {
      const worker = await startTestWorker(database, definitions, overrides);
      after(() => worker.stop());
      return worker;
    },
  };
}

/** Every record that was read ended in exactly one way. */
function assertAddsUp(row: ImportRecord): void {
  const { created_count, updated_count, unchanged_count, skipped_count, fail_count, unprocessed_count } = row;
  const sum =
    created_count + updated_count + unchanged_count + skipped_count + fail_count + unprocessed_count;
  assert.equal(sum, row.total_records ?? 0, JSON.stringify(row));
}

/** created, updated, unchanged, skipped, refused, unprocessed */
export function countsOf(row: ImportRecord): number[] {
  const { created_count, updated_count, unchanged_count, skipped_count, fail_count, unprocessed_count } = row;
  return [created_count, updated_count, unchanged_count, skipped_count, fail_count, unprocessed_count];
}

/** Tables of imports at work that are still there. */
export async function stagesLeft(pool: Pool): Promise<number> {
  const rows = await pool.many('stages', sql`SELECT FROM pg_tables WHERE schemaname = 'staging'`);
  return rows.length;
}

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
