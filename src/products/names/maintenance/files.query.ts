import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Those of the keys that no dataset names. */
export async function findUnnamedFiles(db: Database, keys: readonly string[]): Promise<string[]> {
  const rows = await db.many<{ key: string }>(
    'findUnnamedFiles',
    sql`
      SELECT key FROM unnest(${keys}::text[]) AS stored (key)
      WHERE NOT EXISTS (SELECT FROM datasets d WHERE d.file_path = stored.key)`,
  );
  return rows.map(({ key }) => key);
}
