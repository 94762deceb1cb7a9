import type { Database } from '#platform/postgres/database.ts';
import { rawSql, sql } from '#platform/postgres/sql.ts';
import type { ListTable } from './list-table.ts';
import {
  isEligible,
  isSameKey,
  listDiffers,
  type LoadSetting,
  type RecordRange,
  refusedIn,
} from './load-scope.query.ts';

/** Gives the rows of a range the lists that their records name; those of rows that are there already where they differ. */
export async function saveLists(
  tx: Database,
  { resource, tables, run }: LoadSetting,
  list: ListTable,
  range: RecordRange,
): Promise<void> {
  const { field, elements, element, links, ownerId, elementId } = list;
  const isUpdate = run.options.on_conflict === 'update';
  const owners = sql`
    ${rawSql(tables.table)} s JOIN ${rawSql(resource.name)} t ON ${isSameKey(resource)}
    WHERE ${isEligible(range)} AND ${isUpdate ? sql`true` : sql`t.import_no = ${run.no}`}`;
  if (isUpdate) {
    await tx.run(
      `clear ${links}`,
      sql`
        WITH ${refusedIn(run.no, range)}
        DELETE FROM ${rawSql(links)} WHERE ${rawSql(ownerId)} IN (
          SELECT t.id FROM ${owners} AND ${rawSql(listDiffers(resource, list))})`,
    );
  }
  // In one order everywhere, so that two imports which make the same ones do not wait for each other in a circle.
  await tx.run(
    `make ${elements}`,
    sql`
      WITH ${refusedIn(run.no, range)}, wanted AS (
        SELECT DISTINCT unnest(${rawSql(`s."${field}"`)}) COLLATE "C" AS element FROM ${owners})
      INSERT INTO ${rawSql(elements)} (${rawSql(element)})
      SELECT element FROM wanted
      WHERE NOT EXISTS (SELECT FROM ${rawSql(elements)} e WHERE ${rawSql(`e.${element}`)} = wanted.element)
      ORDER BY element
      ON CONFLICT DO NOTHING`,
  );
  await tx.run(
    `link ${elements}`,
    sql`
      WITH ${refusedIn(run.no, range)}, wanted AS (
        SELECT t.id, ${rawSql(`s."${field}"`)} AS list FROM ${owners}
          AND NOT EXISTS (SELECT FROM ${rawSql(links)} l WHERE ${rawSql(`l.${ownerId}`)} = t.id))
      INSERT INTO ${rawSql(links)} (${rawSql(`${ownerId}, ${elementId}`)}, place)
      SELECT wanted.id, e.id, min(named.place)
      FROM wanted
      CROSS JOIN LATERAL unnest(wanted.list) WITH ORDINALITY AS named (element, place)
      JOIN ${rawSql(elements)} e ON ${rawSql(`e.${element}`)} = named.element
      GROUP BY wanted.id, e.id`,
  );
}

/** What an export plans by: without it, all elements are read for each row until autovacuum comes by. */
export async function analyzeLists(db: Database, { links, elements }: ListTable): Promise<void> {
  await db.run(`analyze ${links}`, rawSql(`ANALYZE ${links}, ${elements}`));
}
