import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Reports of ended readings that no dataset points at: a later reading replaced them. */
export async function findUnusedReports(db: Database, afterMs: number, limit: number): Promise<number[]> {
  const rows = await db.many<{ no: number }>(
    'findUnusedReports',
    sql`
      SELECT r.no::float8 AS no
      FROM reports r JOIN jobs j ON j.id = r.job_id
      WHERE j.type IN ('parse_dataset', 'reprocess_dataset')
        AND j.completed_at < clock_timestamp() - ${afterMs} * interval '1 ms'
        AND NOT EXISTS (SELECT FROM datasets d WHERE d.report_no = r.no)
      ORDER BY r.no LIMIT ${limit}`,
  );
  return rows.map(({ no }) => no);
}

/** Deletes errors of a report, at most `limit`; returns how many. */
export function deleteRecordErrors(tx: Database, reportNo: number, limit: number): Promise<number> {
  return tx.run(
    'deleteRecordErrors',
    sql`
      DELETE FROM record_errors
      WHERE report_no = ${reportNo}
        AND seq <= (SELECT min(seq) FROM record_errors WHERE report_no = ${reportNo}) + ${limit - 1}`,
  );
}

export async function deleteReport(tx: Database, no: number): Promise<void> {
  await tx.run('deleteReport', sql`DELETE FROM reports WHERE no = ${no}`);
}
