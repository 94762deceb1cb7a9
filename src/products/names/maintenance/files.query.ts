import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** The moment `ms` ago by the database's clock. */
export async function momentBefore(db: Database, ms: number): Promise<Date> {
  const row = await db.maybeOne<{ moment: Date }>(
    'momentBefore',
    sql`SELECT clock_timestamp() - ${ms} * interval '1 ms' AS moment`,
  );
  return (row as { moment: Date }).moment;
}

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
