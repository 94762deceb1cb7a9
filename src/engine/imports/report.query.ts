import type { LedgerReport } from '#engine/ingestion/ledger.ts';
import type { RecordError } from '#engine/ingestion/record-error.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Something about a file as a whole that its reader should know; the file was accepted all the same. */
export interface ReportWarning {
  readonly code: string;
  readonly message: string;
  readonly count?: number;
  readonly examples?: readonly string[];
  /** The examples as data. */
  readonly details?: readonly object[];
}

export interface Report {
  readonly ledger: LedgerReport;
  /** In file order; their `seq` is their place in this list. */
  readonly errors: readonly RecordError[];
  readonly warnings: readonly ReportWarning[];
}

const ROWS_PER_STATEMENT = 2000;

/** Stores a report under a number of its own; it counts once a resource points at that number. */
export async function saveReport(db: Database, jobId: string, report: Report): Promise<number> {
  const { ledger, errors, warnings } = report;
  const row = await db.maybeOne<{ no: string }>(
    'saveReport',
    sql`
      INSERT INTO reports (job_id, records, accepted, rejected, skipped, summary, warnings, error_count, truncated)
      VALUES (${jobId}, ${ledger.read}, ${ledger.accepted}, ${ledger.rejected}, ${JSON.stringify(ledger.skippedByReason)},
              ${JSON.stringify(ledger.errorCounts)}, ${JSON.stringify(warnings)}, ${ledger.errors}, ${ledger.truncated})
      RETURNING no`,
  );
  const no = Number((row as { no: string }).no);
  for (let start = 0; start < errors.length; start += ROWS_PER_STATEMENT) {
    await saveErrors(db, no, start, errors.slice(start, start + ROWS_PER_STATEMENT));
  }
  return no;
}

async function saveErrors(
  db: Database,
  reportNo: number,
  start: number,
  errors: readonly RecordError[],
): Promise<void> {
  const rows = errors.map((error, at) => ({ ...error, value: storable(error.value), seq: start + at + 1 }));
  await db.run(
    'saveRecordErrors',
    sql`
      INSERT INTO record_errors (report_no, seq, code, category, phase, entry, record, line_start, line_end, byte_offset,
        column_index, "column", field, value, expected, suggestion, "constraint", conflict_with, message)
      SELECT ${reportNo}::bigint, e.seq, e.code, e.category, e.phase, e.entry, e.record, e.line_start, e.line_end, e.byte_offset,
        e.column_index, e."column", e.field, e.value, e.expected, e.suggestion, e."constraint",
        e.conflict_with, e.message
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS e (seq int, code text, category text, phase text, entry text,
        record bigint, line_start bigint, line_end bigint, byte_offset bigint, column_index int, "column" text, field text,
        value text, expected text, suggestion text, "constraint" text, conflict_with text, message text)`,
  );
}

/** PostgreSQL's text holds neither NUL nor half a surrogate pair. */
function storable(value: string): string {
  return value.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** Errors of a report in file order, from the one after `after`. */
export async function listRecordErrors(
  db: Database,
  reportNo: number,
  page: { readonly after: number; readonly limit: number },
): Promise<RecordError[]> {
  return db.many<RecordError>(
    'listRecordErrors',
    sql`
      SELECT seq, code, category, phase, entry, record::float8, line_start::float8, line_end::float8, byte_offset::float8,
             column_index, "column", field, value, expected, suggestion, "constraint", conflict_with, message
      FROM record_errors WHERE report_no = ${reportNo} AND seq > ${page.after} ORDER BY seq LIMIT ${page.limit}`,
  );
}
