import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Tasks whose files may be removed by now, the oldest first. */
export function findExpiredTasks(db: Database, limit: number): Promise<{ id: string; keys: string[] }[]> {
  return db.many(
    'findExpiredTasks',
    sql`
      SELECT id, array_remove(ARRAY[file_key, second_file_key, result_key, rejects_key], NULL) AS keys
      FROM tasks
      WHERE file_key IS NOT NULL AND expires_at <= clock_timestamp()
      ORDER BY expires_at LIMIT ${limit}`,
  );
}

/** Takes a task whose time is over for its files to be removed. False: it was tried again in between. */
export async function forgetTaskFiles(db: Database, id: string): Promise<boolean> {
  const rows = await db.run(
    'forgetTaskFiles',
    sql`
      UPDATE tasks SET file_key = NULL, second_file_key = NULL, result_key = NULL, rejects_key = NULL
      WHERE id = ${id} AND expires_at <= clock_timestamp()`,
  );
  return rows === 1;
}

/** Removes what is known of tasks that ended longer ago and have no files any more, with their reports. Returns how many. */
export async function deleteOldTasks(tx: Database, olderThanMs: number, limit: number): Promise<number> {
  const rows = await tx.many<{ report_no: string | null }>(
    'deleteOldTasks',
    sql`
      DELETE FROM tasks
      WHERE id IN (
        SELECT id
        FROM tasks, LATERAL (SELECT clock_timestamp() - ${olderThanMs} * interval '1 ms' AS before) AS age
        -- None ends before it is created, and there is an index on that.
        WHERE created_at < before AND completed_at < before AND file_key IS NULL
        ORDER BY created_at LIMIT ${limit}
        FOR UPDATE OF tasks SKIP LOCKED)
      RETURNING report_no`,
  );
  const reports = rows.flatMap(({ report_no: no }) => (no === null ? [] : [no]));
  await tx.run(
    'deleteTaskErrors',
    sql`DELETE FROM record_errors WHERE report_no = ANY(${reports}::bigint[])`,
  );
  await tx.run('deleteTaskReports', sql`DELETE FROM reports WHERE no = ANY(${reports}::bigint[])`);
  return rows.length;
}

/** Those of the keys `tasks/<id>/…` that no task needs: all of one that has not ended, and those it names, are needed. */
export async function findUnneededTaskFiles(db: Database, keys: readonly string[]): Promise<string[]> {
  const rows = await db.many<{ key: string }>(
    'findUnneededTaskFiles',
    sql`
      SELECT key FROM unnest(${keys}::text[]) AS stored (key)
      WHERE NOT EXISTS (
        SELECT FROM tasks t
        WHERE t.id::text = split_part(stored.key, '/', 2)
          AND (t.status IN ('pending', 'processing')
               OR stored.key IN (t.file_key, t.second_file_key, t.result_key, t.rejects_key)))`,
  );
  return rows.map(({ key }) => key);
}
