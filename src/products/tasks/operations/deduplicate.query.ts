import type { DuckDb } from '#platform/duckdb/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { ShardGroup } from '../sharding/shards.ts';

/** Of the entries with one key the first or last place; each entry is its place as a double. */
export async function placesKept(
  db: DuckDb,
  group: ShardGroup,
  keep: 'first' | 'last',
): Promise<readonly number[]> {
  await db.run(sql`CREATE OR REPLACE TABLE shard (key BLOB NOT NULL, place DOUBLE NOT NULL)`);
  const appender = await db.appender('shard');
  group((key, entry) => {
    appender.bytes(key);
    appender.number(entry.readDoubleLE(0));
    appender.endRow();
  });
  appender.close();
  const [places = []] = await db.columns(
    keep === 'first'
      ? sql`SELECT min(place) FROM shard GROUP BY key`
      : sql`SELECT max(place) FROM shard GROUP BY key`,
  );
  return places as number[];
}
