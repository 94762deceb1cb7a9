import type { Database } from '#platform/postgres/database.ts';
import { rawSql } from '#platform/postgres/sql.ts';

/** An unlogged table of an attempt, with one index at most, whose name is that of the table with `_idx`. */
export interface StagingTable {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Method and columns, e.g. `USING brin (record)`. */
  readonly index?: string;
}

/**
 * Makes empty tables, outside of any transaction. All statements go in one message, which the server commits at once,
 * whatever becomes of the client: an unlogged table or index must never be given up by the transaction that made it.
 * If the server is killed soon after that, its recovery fails with `could not create file … File exists`.
 */
export async function createStaging(db: Database, tables: readonly StagingTable[]): Promise<void> {
  const statements = tables.flatMap(({ table, columns, index }) => {
    const list = columns.map(({ name, type }) => `"${name}" ${type}`).join(', ');
    const create = `CREATE UNLOGGED TABLE ${table} (${list}) WITH (autovacuum_enabled = false)`;
    const indexName = `${table.slice(table.indexOf('.') + 1)}_idx`;
    return index === undefined ? [create] : [create, `CREATE INDEX ${indexName} ON ${table} ${index}`];
  });
  await db.run('createStaging', rawSql(statements.join('; ')));
}
