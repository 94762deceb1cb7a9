import type { DuckDb } from '#platform/duckdb/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** The places (from 0) of some keys in their order; equal ones as they came. */
export async function orderOfKeys(
  db: DuckDb,
  count: number,
  keyAt: (at: number) => Uint8Array,
): Promise<readonly number[]> {
  await db.run(sql`CREATE OR REPLACE TABLE run (key BLOB NOT NULL)`);
  const appender = await db.appender('run');
  for (let at = 0; at < count; at++) {
    appender.bytes(keyAt(at));
    appender.endRow();
  }
  appender.close();
  const [places = []] = await db.columns(sql`SELECT rowid::INTEGER FROM run ORDER BY key, rowid`);
  return places as number[];
}
