import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Numbers of ended imports with staging tables: made by a process that woke up when others had long ended its import. */
export async function findLeftStages(db: Database): Promise<number[]> {
  const rows = await db.many<{ no: number }>(
    'findLeftStages',
    sql`
      SELECT i.no FROM import_jobs i
      WHERE i.status IN ('completed', 'failed', 'canceled')
        AND i.no IN (SELECT substring(tablename FROM '^i([0-9]+)_')::int FROM pg_tables WHERE schemaname = 'staging')
      ORDER BY i.no`,
  );
  return rows.map(({ no }) => no);
}
