import type { Database } from '#platform/postgres/database.ts';
import { rawSql, sql } from '#platform/postgres/sql.ts';
import type { AttemptTables } from './attempt.ts';
import type { Resource } from './resource.ts';
import { createStaging } from './stage-create.query.ts';
import { presentBit } from './stage-table.query.ts';

/**
 * Keeps a row of numbers for all records, after every number and every explicit id so far, and returns the first. The
 * order of rows is that of the file then, however many batches are written at a time and how often they are repeated.
 */
export async function reserveNumbers(
  tx: Database,
  importNo: number,
  resource: Resource,
  tables: AttemptTables,
  records: number,
): Promise<number> {
  const column = resource.madeId === 'sequence' ? 'id' : 'no';
  const sequence = `${resource.name}_${column}_seq`;
  // Changes nothing, but keeps others from taking a number until the row is kept.
  await tx.run('lockNumbers', rawSql(`ALTER SEQUENCE ${sequence} INCREMENT BY 1`));
  const explicit =
    column === 'id'
      ? rawSql(
          `(SELECT max(id) FROM ${tables.table} WHERE NOT is_rejected AND present & ${presentBit(resource, 'id')} <> 0)`,
        )
      : sql`0`;
  const row = await tx.maybeOne<{ first: number }>(
    'reserveNumbers',
    sql`
      WITH first AS (
        SELECT greatest(nextval(${sequence}), coalesce((SELECT max(${rawSql(column)}) FROM ${rawSql(resource.name)}), 0) + 1,
                        coalesce(${explicit}, 0) + 1) AS no),
      kept AS (SELECT setval(${sequence}, no + ${Math.max(records, 1)}::bigint - 1) FROM first)
      UPDATE import_jobs SET first_no = first.no FROM first, kept WHERE import_jobs.no = ${importNo}
      RETURNING first_no::float8 AS first`,
  );
  return (row as { first: number }).first;
}

/** Outside of any transaction; see `createStaging`. */
export function createMadeIds(db: Database, { made }: AttemptTables): Promise<void> {
  const columns = [
    { name: 'record', type: 'bigint NOT NULL' },
    { name: 'id', type: 'text NOT NULL' },
  ];
  return createStaging(db, [{ table: made, columns, index: '(record)' }]);
}

/**
 * Makes `cm_<slug>_<number>` for records without an id: the numbers after the highest of the article, in file order.
 * Rows of this import do not count, so that a second attempt makes the same ids.
 */
export async function makeCommentIds(
  tx: Database,
  importNo: number,
  resource: Resource,
  tables: AttemptTables,
): Promise<void> {
  const [article] = resource.references;
  if (!article) throw new Error(`${resource.name} have no article`);
  const { table, column, keyColumns } = article;
  const number = (id: string): string => `substring(${id} FROM '_([0-9]+)$')::bigint`;
  await tx.run(
    'makeCommentIds',
    sql`
      INSERT INTO ${rawSql(tables.made)}
      WITH refused AS MATERIALIZED (SELECT unnest(records) AS record FROM import_rejects WHERE import_no = ${rawSql(String(importNo))}),
      nameless AS MATERIALIZED (
        SELECT s.record, r.id_0 AS owner FROM ${rawSql(tables.table)} s JOIN ${rawSql(tables.refs)} r USING (record)
        WHERE s.id IS NULL AND NOT EXISTS (SELECT FROM refused WHERE refused.record = s.record)),
      numbers AS (
        SELECT c.${rawSql(column)} AS owner, ${rawSql(number('c.id'))} AS number FROM ${rawSql(resource.name)} c
        WHERE c.${rawSql(column)} IN (SELECT owner FROM nameless) AND c.import_no IS DISTINCT FROM ${rawSql(String(importNo))}
        UNION ALL
        SELECT r.id_0, ${rawSql(number('s.id'))}
        FROM ${rawSql(tables.table)} s JOIN ${rawSql(tables.refs)} r USING (record) WHERE s.id IS NOT NULL),
      highest AS (SELECT owner, max(number) AS number FROM numbers GROUP BY owner)
      SELECT n.record,
             'cm_' || a.${rawSql(keyColumns[0] ?? 'slug')} || '_'
               || coalesce(h.number, 0) + row_number() OVER (PARTITION BY n.owner ORDER BY n.record) AS id
      FROM nameless n JOIN ${rawSql(table)} a ON a.id = n.owner LEFT JOIN highest h ON h.owner = n.owner`,
  );
  await tx.run('analyzeMadeIds', rawSql(`ANALYZE ${tables.made}`));
}
