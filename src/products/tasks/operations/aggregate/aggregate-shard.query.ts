import type { DuckDb } from '#platform/duckdb/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { ShardGroup } from '../../sharding/shards.ts';
import { parseEntry } from './entries.ts';

/** What is known of a group; figures by their slot, see `Entry`. */
export interface GroupFigures {
  /** Place of its first record in the table. */
  readonly place: number;
  readonly cells: readonly string[];
  readonly records: bigint;
  readonly numbers: Map<number, NumberFigures>;
  readonly counts: Map<number, bigint>;
}

/** In units of 10^-18. */
interface NumberFigures {
  readonly count: bigint;
  readonly sum: bigint;
  readonly min: bigint;
  readonly max: bigint;
}

/** All groups of a shard, which has all their entries. Sums of 128 bits would wrap round unnoticed; these cannot get there. */
export async function groupsOfShard(db: DuckDb, shard: ShardGroup): Promise<Iterable<GroupFigures>> {
  await fill(db, shard);
  const groups = new Map<string, GroupFigures>();
  const records = await rows(
    db,
    sql`SELECT hex(key), min(place), arg_min(cells, place), count(*) FROM records GROUP BY key`,
  );
  for (const [key, place, cells, count] of records) {
    groups.set(key as string, {
      place: place as number,
      cells: JSON.parse(cells as string) as string[],
      records: count as bigint,
      numbers: new Map(),
      counts: new Map(),
    });
  }
  const numbers = await rows(
    db,
    sql`SELECT hex(key), slot, count(*), sum(whole)::HUGEINT, sum(part)::HUGEINT,
               min(whole::HUGEINT * 1000000000000000000 + part), max(whole::HUGEINT * 1000000000000000000 + part)
        FROM numbers GROUP BY key, slot`,
  );
  for (const [key, slot, count, whole, part, min, max] of numbers as [string, number, ...bigint[]][]) {
    const sum = (whole as bigint) * 1_000_000_000_000_000_000n + (part as bigint);
    groups.get(key)?.numbers.set(slot, { count, sum, min, max } as NumberFigures);
  }
  const counts = await rows(db, sql`SELECT hex(key), slot, sum(n)::HUGEINT FROM counts GROUP BY key, slot`);
  for (const [key, slot, count] of counts) {
    groups.get(key as string)?.counts.set(slot as number, count as bigint);
  }
  return groups.values();
}

async function fill(db: DuckDb, shard: ShardGroup): Promise<void> {
  await db.run(
    sql`CREATE OR REPLACE TABLE records (key BLOB NOT NULL, place DOUBLE NOT NULL, cells VARCHAR NOT NULL)`,
  );
  await db.run(
    sql`CREATE OR REPLACE TABLE numbers (key BLOB NOT NULL, slot INTEGER NOT NULL, whole BIGINT NOT NULL, part BIGINT NOT NULL)`,
  );
  await db.run(
    sql`CREATE OR REPLACE TABLE counts (key BLOB NOT NULL, slot INTEGER NOT NULL, n DOUBLE NOT NULL)`,
  );
  const [records, numbers, counts] = [
    await db.appender('records'),
    await db.appender('numbers'),
    await db.appender('counts'),
  ];
  shard((key, bytes) => {
    const entry = parseEntry(bytes);
    const table = entry.kind === 'record' ? records : entry.kind === 'number' ? numbers : counts;
    table.bytes(key);
    if (entry.kind === 'record') {
      table.number(entry.place);
      table.text(entry.cells);
    } else {
      table.integer(entry.slot);
      if (entry.kind === 'count') table.number(entry.count);
      else {
        table.bigint(entry.whole);
        table.bigint(entry.part);
      }
    }
    table.endRow();
  });
  for (const table of [records, numbers, counts]) table.close();
}

/** How many different texts each group has in each column. The entry is the slot, then the key of the group. */
export async function distinctOfShard(
  db: DuckDb,
  shard: ShardGroup,
): Promise<readonly { readonly key: Buffer; readonly slot: number; readonly count: number }[]> {
  await db.run(
    sql`CREATE OR REPLACE TABLE texts (value BLOB NOT NULL, slot INTEGER NOT NULL, key BLOB NOT NULL)`,
  );
  const texts = await db.appender('texts');
  shard((value, entry) => {
    texts.bytes(value);
    texts.integer(entry.readInt32LE(0));
    texts.bytes(entry.subarray(4));
    texts.endRow();
  });
  texts.close();
  const found = await rows(
    db,
    sql`SELECT hex(key), slot, count(DISTINCT value)::DOUBLE FROM texts GROUP BY key, slot`,
  );
  return found.map(([key, slot, count]) => ({
    key: Buffer.from(key as string, 'hex'),
    slot: slot as number,
    count: count as number,
  }));
}

async function rows(db: DuckDb, statement: ReturnType<typeof sql>): Promise<unknown[][]> {
  const columns = await db.columns(statement);
  return (columns[0] ?? []).map((_, at) => columns.map((column) => column[at]));
}
