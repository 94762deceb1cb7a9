import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Whether there never was a dataset: also not one that was deleted and purged since. */
export async function isUntouched(db: Database): Promise<boolean> {
  const row = await db.maybeOne<{ untouched: boolean }>(
    'isUntouched',
    sql`
      SELECT NOT EXISTS (SELECT FROM datasets)
             AND pg_sequence_last_value(pg_get_serial_sequence('releases', 'no')) IS NULL AS untouched`,
  );
  return row?.untouched ?? false;
}

/** The job of a sample that is still on its way. */
export async function findPendingSample(db: Database): Promise<string | undefined> {
  const row = await db.maybeOne<{ job_id: string }>(
    'findPendingSample',
    sql`
      SELECT job_id FROM datasets
      WHERE uploaded_by IS NULL AND metadata @> '{"sample": true}' AND status IN ('pending', 'processing')
        AND deleted_at IS NULL
      LIMIT 1`,
  );
  return row?.job_id;
}
