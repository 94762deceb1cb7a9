import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/**
 * Those of the keys `imports/<id>/…` that no import needs: its upload, what it put aside in place of one, and all of
 * one that has not ended are needed.
 */
export async function findUnneededFiles(db: Database, keys: readonly string[]): Promise<string[]> {
  const rows = await db.many<{ key: string }>(
    'findUnneededFiles',
    sql`
      SELECT key FROM unnest(${keys}::text[]) AS stored (key)
      WHERE NOT EXISTS (
        SELECT FROM import_jobs i
        WHERE i.id::text = split_part(stored.key, '/', 2)
          AND (i.status IN ('pending', 'processing', 'paused')
               OR (i.file_key = stored.key AND i.file_deleted_at IS NULL)
               OR stored.key = 'imports/' || i.id || '/rejects'))`,
  );
  return rows.map(({ key }) => key);
}
