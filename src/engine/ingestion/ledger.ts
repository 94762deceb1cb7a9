import type { ErrorCode } from './error-codes.ts';
import type { FieldError } from './field-error.ts';
import { type RecordError, type RecordPosition, recordError } from './record-error.ts';

const DEFAULT_DETAIL_CAP = 100_000;

/** How often a code occurred in a column; `column_index` is null for records as a whole. */
interface ErrorCount {
  readonly code: ErrorCode;
  readonly column_index: number | null;
  readonly column: string | null;
  readonly field: string | null;
  readonly count: number;
}

export interface LedgerReport {
  readonly read: number;
  readonly accepted: number;
  /** Records, each counted once however many errors it has. */
  readonly rejected: number;
  readonly skipped: number;
  readonly skippedByReason: Readonly<Record<string, number>>;
  /** Exact, also where the detail was cut off; most frequent first. */
  readonly errorCounts: readonly ErrorCount[];
  readonly errors: number;
  /** True when more errors were found than handed on one by one. */
  readonly truncated: boolean;
}

export interface LedgerOptions {
  /** Takes the errors one by one in file order, the first `detailCap` of them. */
  readonly onError?: (error: RecordError) => void;
  readonly detailCap?: number;
}

/** Counts what became of every record. */
export interface Ledger {
  accept(records?: number): void;
  skip(reason: string, records?: number): void;
  reject(at: RecordPosition, errors: readonly FieldError[]): void;
  /** Names the inner file and its header for the errors that follow. */
  enter(source: { readonly entry?: string; readonly header?: readonly string[] }): void;
  /** What was counted so far. */
  report(): LedgerReport;
  /** The report; throws when the outcomes do not add up to the records read, which is a bug of the import. */
  close(recordsRead: number): LedgerReport;
}

export function createLedger(options: LedgerOptions = {}): Ledger {
  const { onError, detailCap = DEFAULT_DETAIL_CAP } = options;
  const skippedByReason = new Map<string, number>();
  const errorCounts = new Map<string, { -readonly [K in keyof ErrorCount]: ErrorCount[K] }>();
  let accepted = 0;
  let rejected = 0;
  let skipped = 0;
  let errors = 0;
  let source: Parameters<Ledger['enter']>[0] = {};

  return {
    accept(records = 1) {
      accepted += records;
    },
    skip(reason, records = 1) {
      skipped += records;
      skippedByReason.set(reason, (skippedByReason.get(reason) ?? 0) + records);
    },
    reject(at, found) {
      if (found.length === 0) throw new Error(`record ${at.record} was rejected without an error`);
      rejected++;
      for (const error of found) note(at, error);
    },
    enter(next) {
      source = next;
    },
    report,
    close(recordsRead) {
      const total = accepted + rejected + skipped;
      if (total !== recordsRead) {
        throw new Error(`the ledger does not add up: ${recordsRead} records read, ${total} accounted for`);
      }
      return report();
    },
  };

  function note(at: RecordPosition, error: FieldError): void {
    errors++;
    const column = error.column_index === null ? null : (source.header?.[error.column_index - 1] ?? null);
    const key = JSON.stringify([error.code, error.column_index, column, error.field]);
    const entry = errorCounts.get(key);
    if (entry !== undefined) entry.count++;
    else {
      const { code, column_index, field } = error;
      errorCounts.set(key, { code, column_index, column, field, count: 1 });
    }
    if (errors <= detailCap) onError?.(recordError(error, at, { seq: errors, ...source }));
  }

  function report(): LedgerReport {
    return {
      read: accepted + rejected + skipped,
      accepted,
      rejected,
      skipped,
      skippedByReason: Object.fromEntries(skippedByReason),
      errorCounts: [...errorCounts.values()]
        .map((entry) => ({ ...entry }))
        .sort((one, other) => other.count - one.count),
      errors,
      truncated: errors > detailCap,
    };
  }
}
