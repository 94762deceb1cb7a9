import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import { openSource, type Source, type SourceFile } from '#engine/ingestion/source-files.ts';
import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { type PlannedTable, type PlanOptions, planTable } from './plan-table.ts';
import type { TableInput } from './table-input.ts';

/** A file in the store, and how it is read. */
export interface StoredTable {
  readonly key: string;
  /** As the client called it. */
  readonly filename: string;
  readonly input: TableInput;
}

export interface OpenedFile extends PlannedTable {
  readonly kind: Source['kind'];
  /** Stored bytes, and how many of them have been read. */
  readonly size: number;
  bytesRead(): number;
  close(): Promise<void>;
}

const SHOWN_PARTS = 200;

/**
 * Opens an upload (plain, gzip, zip, workbook) as one table. Throws AppError unprocessable: part_required, unknown_part,
 * missing_header, and what `openSource` throws.
 */
export async function openTable(
  { files, limits }: { readonly files: FileStore; readonly limits: IngestionLimits },
  { key, filename, input }: StoredTable,
  options: PlanOptions = {},
): Promise<OpenedFile> {
  const source = await openSource(files, key, filename, limits, { evenRows: true });
  try {
    const planned = await planTable(partOf(source, filename, input.part), input, limits, options);
    // What was looked at beforehand is read again.
    const looked = source.bytesRead();
    return {
      ...planned,
      kind: source.kind,
      size: source.size,
      bytesRead: () => Math.max(0, source.bytesRead() - looked),
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

function partOf({ files, kind }: Source, filename: string, part: string | undefined): SourceFile {
  const parts = files.map((file) => file.sheet ?? file.name);
  if (part !== undefined) {
    const found = files.find((file) => file.sheet === part || file.name === part);
    if (found) return found;
    const message = `"${filename}" has no part ${JSON.stringify(part)}. Its parts are in the details.`;
    throw new AppError('unprocessable', 'unknown_part', message, { parts: parts.slice(0, SHOWN_PARTS) });
  }
  const [first, ...others] = files;
  if (first && (others.length === 0 || kind === 'workbook')) return first;
  const message = `"${filename}" holds ${files.length} files. Say in "input" with "part" which of them is meant.`;
  throw new AppError('unprocessable', 'part_required', message, { parts: parts.slice(0, SHOWN_PARTS) });
}
