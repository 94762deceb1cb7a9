import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Exports whose file may be removed by now, the oldest first. */
export function findExpiredExports(db: Database, limit: number): Promise<{ id: string; file_key: string }[]> {
  return db.many(
    'findExpiredExports',
    sql`
      SELECT id, file_key FROM export_jobs
      WHERE file_key IS NOT NULL AND expires_at <= clock_timestamp()
      ORDER BY expires_at LIMIT ${limit}`,
  );
}

/** Notes that a file was removed. */
export async function forgetExportFile(db: Database, id: string): Promise<void> {
  await db.run('forgetExportFile', sql`UPDATE export_jobs SET file_key = NULL WHERE id = ${id}`);
}

/** Removes what is known of exports that ended longer ago and have no file any more. Returns how many. */
export function deleteOldExports(db: Database, olderThanMs: number, limit: number): Promise<number> {
  return db.run(
    'deleteOldExports',
    sql`
      DELETE FROM export_jobs
      WHERE id IN (
        SELECT id
        FROM export_jobs, LATERAL (SELECT clock_timestamp() - ${olderThanMs} * interval '1 ms' AS before) AS age
        -- None ends before it is created, and there is an index on that.
        WHERE created_at < before AND completed_at < before AND file_key IS NULL
        ORDER BY created_at LIMIT ${limit}
        FOR UPDATE OF export_jobs SKIP LOCKED)`,
  );
}

/** Those of the keys that no export names. */
export async function findUnnamedExportFiles(db: Database, keys: readonly string[]): Promise<string[]> {
  const rows = await db.many<{ key: string }>(
    'findUnnamedExportFiles',
    sql`
      SELECT key FROM unnest(${keys}::text[]) AS stored (key)
      WHERE NOT EXISTS (SELECT FROM export_jobs WHERE file_key = stored.key)`,
  );
  return rows.map(({ key }) => key);
}
