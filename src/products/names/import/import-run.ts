import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { DatasetToImport } from '../catalog/dataset.query.ts';
import type { NameParser } from '../parsers/name-parser.ts';

export interface ImportDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly limits: IngestionLimits;
  /** Folder for rows that do not fit into memory; each attempt makes and removes one of its own. */
  readonly scratchDir: string;
}

/** The facts of one import that its last steps need. */
export interface ImportRun {
  readonly dataset: DatasetToImport;
  readonly parser: NameParser;
  readonly reprocess: boolean;
  readonly reason: string | null;
  /** `performance.now()` at the start. */
  readonly started: number;
}
