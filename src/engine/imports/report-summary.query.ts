import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { ReportWarning } from './report.query.ts';

/** The ledger of one reading: what became of its records. */
export interface ReportSummary {
  readonly records: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly summary: readonly Readonly<Record<string, unknown>>[];
  readonly error_count: number;
  readonly truncated: boolean;
}

export function findReportSummary(db: Database, reportNo: number): Promise<ReportSummary | undefined> {
  return db.maybeOne<ReportSummary>(
    'findReportSummary',
    sql`
      SELECT records::float8 AS records, accepted::float8 AS accepted, rejected::float8 AS rejected, skipped, summary,
             error_count::float8 AS error_count, truncated
      FROM reports WHERE no = ${reportNo}`,
  );
}

/** What a report says about its file as a whole. */
export async function findReportWarnings(db: Database, reportNo: number): Promise<readonly ReportWarning[]> {
  const row = await db.maybeOne<{ warnings: readonly ReportWarning[] }>(
    'findReportWarnings',
    sql`SELECT warnings FROM reports WHERE no = ${reportNo}`,
  );
  return row?.warnings ?? [];
}
