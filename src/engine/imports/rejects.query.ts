import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Numbers of refused records, rising: those of the chunk that follows `afterChunk`. */
export async function findRejectChunk(
  db: Database,
  importNo: number,
  afterChunk: number,
): Promise<{ readonly chunk: number; readonly records: readonly number[] } | undefined> {
  const row = await db.maybeOne<{ chunk: number; records: string[] }>(
    'findRejectChunk',
    sql`
      SELECT chunk, records::text[] AS records FROM import_rejects
      WHERE import_no = ${importNo} AND chunk > ${afterChunk} ORDER BY chunk LIMIT 1`,
  );
  return row && { chunk: row.chunk, records: row.records.map(Number) };
}

/** What a list of refused records says about one of them. */
export interface RejectReason {
  readonly seq: number;
  readonly record: number;
  readonly field: string | null;
  readonly message: string;
}

/** Errors of a report in file order, from the one after `after`. */
export function listRejectReasons(
  db: Database,
  reportNo: number,
  page: { readonly after: number; readonly limit: number },
): Promise<RejectReason[]> {
  return db.many<RejectReason>(
    'listRejectReasons',
    sql`
      SELECT seq, record::float8 AS record, coalesce(field, "column") AS field, message
      FROM record_errors WHERE report_no = ${reportNo} AND seq > ${page.after} ORDER BY seq LIMIT ${page.limit}`,
  );
}
