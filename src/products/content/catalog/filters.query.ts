import type { ExportFilter } from '#engine/exports/export-source.query.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';

/** The rows of a list: those that fit, after a place in the order of creation. */
export interface RowPage {
  readonly conditions: Sql;
  readonly after: number;
  readonly limit: number;
  readonly offset: number;
}

/** All filters that the query names. Throws AppError invalid_request for a value that is none. */
export function conditionsOf(
  filters: readonly ExportFilter[],
  query: Readonly<Record<string, unknown>>,
): Sql {
  const asked = filters.filter(({ name }) => query[name] !== undefined);
  return joinSql([sql`true`, ...asked.map(({ name, condition }) => condition(String(query[name])))], ' AND ');
}
