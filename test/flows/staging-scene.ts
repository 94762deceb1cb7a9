import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { ImportFile } from '#engine/imports/import-file.ts';
import { openImport, type OpenedImport } from '#engine/imports/open-import.ts';
import type { Resource } from '#engine/imports/resource.ts';
import { stageRecords, type StagedRecords } from '#engine/imports/stage-records.ts';
import { dropStage, stageColumns, stageNames } from '#engine/imports/stage-table.query.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { newId } from '#platform/ids.ts';
import { rawSql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { plants } from '#test/support/plants.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Staged {
  readonly result: StagedRecords;
  readonly detected: OpenedImport['detected'];
  readonly warnings: OpenedImport['warnings'];
  readonly rows: readonly Row[];
  readonly errors: readonly Row[];
}

const folder = mkdtempSync(join(tmpdir(), 'affirm-name-staging-'));
after(() => rmSync(folder, { recursive: true, force: true }));

export const files = createLocalFileStore(folder);
export const limits = { ...DEFAULT_LIMITS, maxLineBytes: 4096 };
export const { pool } = await testDatabase();
export const IMPORT_ID = '0190c3a0-0000-7000-8000-0000000000aa';

let attempts = 0;

/** Stores an upload and describes it as an import would. */
export async function uploaded(
  content: string | Buffer,
  options: Partial<ImportFile> = {},
): Promise<ImportFile> {
  const fileKey = `imports/${newId()}/original`;
  await files.write(fileKey, chunks(Buffer.from(content)));
  return { id: IMPORT_ID, fileKey, filename: 'plants.csv', format: null, mapping: null, ...options };
}

/** Everything that staging an upload leaves behind; of plants where nothing else is said. */
export async function stage(
  content: string | Buffer,
  options: Partial<ImportFile> & { resource?: Resource; detailCap?: number; signal?: AbortSignal } = {},
): Promise<Staged> {
  const { resource = plants, detailCap, signal = new AbortController().signal, ...file } = options;
  const opened = await openImport({ files, limits }, await uploaded(content, file), resource);
  const names = stageNames(1, ++attempts);
  try {
    const result = await stageRecords(
      opened,
      resource,
      { importId: IMPORT_ID, stage: names, ...(detailCap !== undefined && { detailCap }) },
      { session: (work) => pool.session(work), progress: () => undefined, signal },
    );
    const columns = stageColumns(resource).map(({ name }) => name);
    return {
      result,
      detected: opened.detected,
      warnings: opened.warnings,
      rows: await rowsOf(names.table, columns, 'record'),
      errors: await rowsOf(names.errors, undefined, 'record, ord'),
    };
  } finally {
    await opened.close();
    await dropStage(pool, names);
  }
}

async function rowsOf(table: string, columns: readonly string[] | undefined, order: string): Promise<Row[]> {
  const list = columns?.map(readable).join(', ') ?? '*';
  const rows = await pool.many<{ row: Row }>(
    'rowsOf',
    rawSql(`SELECT to_jsonb(t) AS row FROM (SELECT ${list} FROM ${table} ORDER BY ${order}) t`),
  );
  return rows.map(({ row }) => row);
}

/** Large numbers lose digits in JSON. */
function readable(column: string): string {
  return column === 'amount' ? 'amount::text AS amount' : `"${column}"`;
}

async function* chunks(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield bytes;
}
