import type { DuckDb } from '#platform/duckdb/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { ShardGroup } from '../../sharding/shards.ts';

/** An entry under the key of a record: which table it is of, and its place there. */
export function placeEntry(isSecond: boolean, place: number): Buffer {
  const entry = Buffer.allocUnsafe(9);
  entry[0] = Number(isSecond);
  entry.writeDoubleLE(place, 1);
  return entry;
}

/** The records of a shard as tables: `lefts` and `rights`, each key with a place. */
export async function loadShard(db: DuckDb, shard: ShardGroup): Promise<void> {
  await db.run(sql`CREATE OR REPLACE TABLE lefts (key BLOB NOT NULL, place DOUBLE NOT NULL)`);
  await db.run(sql`CREATE OR REPLACE TABLE rights (key BLOB NOT NULL, place DOUBLE NOT NULL)`);
  const [lefts, rights] = [await db.appender('lefts'), await db.appender('rights')];
  shard((key, entry) => {
    const table = entry[0] === 0 ? lefts : rights;
    table.bytes(key);
    table.number(entry.readDoubleLE(1));
    table.endRow();
  });
  lefts.close();
  rights.close();
}

/** How often a record of the first table meets one of the second. Counted by key: no pair is made. */
export async function countPairs(db: DuckDb): Promise<number> {
  const [[count] = []] = await db.columns(
    sql`SELECT coalesce(sum(l.n * r.n), 0)::DOUBLE
        FROM (SELECT key, count(*)::HUGEINT AS n FROM lefts GROUP BY key) l
        JOIN (SELECT key, count(*)::HUGEINT AS n FROM rights GROUP BY key) r USING (key)`,
  );
  return count as number;
}

const PAGE_ROWS = 100_000;

/** All pairs of places, some thousands at a time. */
export async function* pairsOfShard(
  db: DuckDb,
): AsyncGenerator<readonly (readonly [left: number, right: number])[]> {
  await db.run(
    sql`CREATE OR REPLACE TABLE pairs AS
        SELECT lefts.place AS l, rights.place AS r FROM lefts JOIN rights USING (key)`,
  );
  for (let from = 0; ; from += PAGE_ROWS) {
    const [lefts = [], rights = []] = await db.columns(
      sql`SELECT l, r FROM pairs WHERE rowid >= ${from} AND rowid < ${from + PAGE_ROWS}`,
    );
    if (lefts.length === 0) return;
    yield lefts.map((left, at) => [left as number, rights[at] as number] as const);
  }
}

/** Places in the first table that have a match, and how many records of the second have one. */
export async function matchesOfShard(
  db: DuckDb,
): Promise<{ readonly places: readonly number[]; readonly seconds: number }> {
  const [places = []] = await db.columns(sql`SELECT place FROM lefts SEMI JOIN rights USING (key)`);
  const [[seconds] = []] = await db.columns(
    sql`SELECT count(*)::DOUBLE FROM rights SEMI JOIN lefts USING (key)`,
  );
  return { places: places as number[], seconds: seconds as number };
}
