import type { LedgerReport } from '../ingestion/ledger.ts';
import type { JobContext } from '../jobs/define-job.ts';
import type { OpenedImport } from './open-import.ts';
import { readRecords } from './read-records.ts';
import type { ReportWarning } from './report.query.ts';
import type { Resource } from './resource.ts';
import { createStage, finishStage, type StageNames } from './stage-table.query.ts';
import { createStageVisitor, type StageVisitor } from './stage-visitor.ts';
import { openStageWriter } from './stage-writer.ts';

export interface StageOptions {
  /** Made ids derive from it. */
  readonly importId: string;
  readonly stage: StageNames;
  /** How many errors the table of errors takes; default 100,000. Counts go on. */
  readonly detailCap?: number;
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

const MOST_EXAMPLES = 20;

/**
 * Reads all records, judges them field by field and copies them into the stage table, refused ones included; their
 * errors go to the table of errors, all in one transaction. A broken attempt leaves empty tables, which the next drops.
 * Judged here: structure, types, rules of fields and records, `required` (also of references: neither of the two has a
 * value). Not judged here: duplicates, and whether what is referred to exists.
 * Throws what the source throws (AppError), and what a field's protector throws.
 */
export function stageRecords(
  opened: OpenedImport,
  resource: Resource,
  options: StageOptions,
  context: Pick<JobContext, 'session' | 'progress' | 'signal'>,
): Promise<StagedRecords> {
  const { stage, importId, detailCap } = options;
  const { signal } = context;
  context.progress({ bytes_total: opened.size });
  return context.session(async (session) => {
    await createStage(session, stage, resource);
    return session.transaction(async (tx) => {
      const writer = openStageWriter(tx, stage, resource);
      const visitor = createStageVisitor({ opened, resource, importId, writer, detailCap, signal });
      const chunk = async (recordsRead: number): Promise<void> => {
        await visitor.chunk(recordsRead);
        signal.throwIfAborted();
        context.progress({ bytes_done: opened.bytesRead(), records_done: recordsRead });
      };
      const records = await readRecords(opened, { ...visitor, chunk }, signal);
      await writer.end();
      await finishStage(tx, stage, resource);
      const ledger = visitor.close(records);
      return {
        records,
        rejected: ledger.rejected,
        ledger,
        hasSecrets: opened.hasSecrets || visitor.keys.metSecret,
        warnings: warningsOf(opened, visitor),
      };
    });
  });
}

function warningsOf(opened: OpenedImport, visitor: StageVisitor): ReportWarning[] {
  const warnings: ReportWarning[] = [];
  const told = new Set(opened.files.flatMap(({ plan }) => plan.unknown));
  const unknown = visitor.keys.unknown().filter((key) => !told.has(key));
  if (unknown.length > 0) {
    warnings.push({
      code: 'unknown_column',
      message: 'Some records have keys that belong to no field; they were passed over.',
      count: unknown.length,
      examples: unknown.slice(0, MOST_EXAMPLES).map((key) => key.slice(0, 100)),
    });
  }
  const unguarded = visitor.unguarded();
  if (unguarded > 0) {
    warnings.push({
      code: 'formula_guard_removed',
      message: 'Cells began with an apostrophe that keeps spreadsheets from running them; it was taken away.',
      count: unguarded,
    });
  }
  return warnings;
}
