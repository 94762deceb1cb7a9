import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { cursorFormat } from '#platform/http/paging.ts';
import { Nullable } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import { findReportSummary, type ReportSummary } from './report-summary.query.ts';
import { listRecordErrors } from './report.query.ts';

const Text = Nullable(Type.String());
const Count = Nullable(Type.Integer());
const AnyObject = Type.Object({}, { additionalProperties: true });

/** An error of a record, as lists of errors show it. */
export const RecordErrorItem = Type.Object({
  seq: Type.Integer(),
  code: Type.String(),
  category: Type.String(),
  phase: Type.String(),
  entry: Text,
  record: Count,
  line_start: Count,
  line_end: Count,
  byte_offset: Count,
  column_index: Count,
  column: Text,
  field: Text,
  value: Text,
  expected: Text,
  suggestion: Text,
  constraint: Text,
  conflict_with: Text,
  message: Type.String(),
});

/** What is said about a report as a whole. */
export const ReportMeta = Type.Object({
  next_cursor: Text,
  total: Type.Integer({ description: 'Errors found; a record may have several' }),
  truncated: Type.Boolean({ description: 'true: more were found than are listed; the summary is exact' }),
  summary: Type.Array(AnyObject, { description: 'Exact counts by code and column' }),
  ledger: Type.Object({
    records: Type.Integer(),
    accepted: Type.Integer(),
    rejected: Type.Integer(),
    skipped: Type.Object({}, { additionalProperties: true, description: 'By reason' }),
  }),
});

interface ReportPage {
  readonly data: Static<typeof RecordErrorItem>[];
  readonly meta: Static<typeof ReportMeta> & { next_cursor: string | null };
}

const cursors = cursorFormat(Type.Object({ report: Type.Integer(), after: Type.Integer({ minimum: 0 }) }));

/**
 * Errors of a report in file order; an empty page where there is no report yet. Throws AppError gone `cursor_expired`
 * for a cursor of an earlier report.
 */
export async function findReportPage(
  db: Database,
  report: number | null,
  query: { readonly limit: number; readonly cursor?: string; readonly offset?: number },
): Promise<ReportPage> {
  const position = query.cursor === undefined ? undefined : cursors.decode(query.cursor);
  if (position && position.report !== report) throw reportReplaced();
  const found = report === null ? undefined : await findReportSummary(db, report);
  if (report === null || !found) return { data: [], meta: metaOf(EMPTY, null) };
  // The errors of a report are numbered without gaps.
  const after = position?.after ?? query.offset ?? 0;
  const rows = await listRecordErrors(db, report, { after, limit: query.limit + 1 });
  const data = rows.slice(0, query.limit) as unknown as Static<typeof RecordErrorItem>[];
  const last = rows.length > query.limit ? data.at(-1) : undefined;
  return { data, meta: metaOf(found, last ? cursors.encode({ report, after: last.seq }) : null) };
}

const EMPTY: ReportSummary = {
  records: 0,
  accepted: 0,
  rejected: 0,
  skipped: {},
  summary: [],
  error_count: 0,
  truncated: false,
};

function metaOf(found: ReportSummary, next: string | null): ReportPage['meta'] {
  const { records, accepted, rejected, skipped, summary, error_count: total, truncated } = found;
  const ledger = { records, accepted, rejected, skipped };
  return { next_cursor: next, total, truncated, summary: [...summary], ledger };
}

function reportReplaced(): AppError {
  const message = 'The file was read again since this cursor was made. Begin again without a cursor.';
  return new AppError('gone', 'cursor_expired', message);
}
