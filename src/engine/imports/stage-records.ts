import type { LedgerReport } from '../ingestion/ledger.ts';
import type { JobContext } from '../jobs/define-job.ts';
import type { OpenedImport } from './open-import.ts';
import type { ReportWarning } from './report.query.ts';
import type { Resource } from './resource.ts';
import type { StageNames } from './stage-table.query.ts';

export interface StageOptions {
  /** Made ids derive from it. */
  readonly importId: string;
  readonly stage: StageNames;
  /** How many errors the table of errors takes; default 100,000. Counts go on. */
  readonly detailCap?: number;
  /** How many values a `protect` may have to change (plain passwords); default 10,000. */
  readonly maxProtected?: number;
}

export interface StagedRecords {
  readonly records: number;
  readonly rejected: number;
  /** Exact counts per code and column, of these errors alone. */
  readonly ledger: LedgerReport;
  /** A column or key with values that must not be kept was met. */
  readonly hasSecrets: boolean;
  /** What only reading shows: unknown keys of NDJSON, formula guards undone. Those of `OpenedImport` come first. */
  readonly warnings: readonly ReportWarning[];
}

/**
 * Reads all records, judges each field by field and copies them into the stage table, refused ones included; their
 * errors go to the table of errors. One transaction that makes both tables, so a broken attempt leaves nothing.
 * Judged here: structure, types, rules of fields and records, `required` (also of references: neither of the two has a
 * value). Not judged here: duplicates and whether what is referred to exists.
 */
export type StageRecords = (
  opened: OpenedImport,
  resource: Resource,
  options: StageOptions,
  context: Pick<JobContext, 'session' | 'progress' | 'signal'>,
) => Promise<StagedRecords>;
