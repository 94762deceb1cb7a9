import type { IngestionLimits } from '../ingestion/limits.ts';
import type { FileStore } from '#platform/files/file-store.ts';

export type ImportFormat = 'csv' | 'tsv' | 'ndjson';

/** The upload of an import and how its caller describes it. */
export interface ImportFile {
  /** The import, which made ids derive from. */
  readonly id: string;
  readonly fileKey: string;
  readonly filename: string;
  /** As the caller said; null: what the content looks like. */
  readonly format: ImportFormat | null;
  /** Column of the file → field, for columns whose names do not say it; a column that maps to null is passed over. */
  readonly mapping: Readonly<Record<string, string | null>> | null;
}

export interface ReadDependencies {
  readonly files: FileStore;
  readonly limits: IngestionLimits;
}
