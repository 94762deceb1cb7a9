import { type Sql, sql } from './sql.ts';

/** The place of a row in a list: its time to the microsecond as RFC 3339 in UTC, and its id among equals. */
interface Position {
  readonly at: string;
  readonly id: string;
}

/** Which rows of a list are asked for: `limit` of them, behind a row or behind the first `offset`. */
export interface ListPage {
  readonly limit: number;
  readonly offset?: number;
  readonly after?: Position | undefined;
}

export type Positioned<Row> = Row & { readonly position: Position };

interface NewestFirst {
  /** For SELECT: a column `position`, from which the next page goes on. */
  readonly position: Sql;
  /** For WHERE: what comes behind the page before. */
  readonly isBeyond: Sql;
  /** Behind WHERE: ORDER BY, LIMIT and OFFSET. */
  readonly order: Sql;
}

/**
 * Parts of a statement that lists rows from the newest to the oldest, page by page: no row comes twice or is left out,
 * whatever is added meanwhile. An index on both columns, descending, finds a page wherever it begins.
 */
export function newestFirst(
  { limit, offset = 0, after }: ListPage,
  time: Sql = sql`created_at`,
  id: Sql = sql`id`,
): NewestFirst {
  return {
    position: sql`json_build_object('at', ${timeText(time)}, 'id', ${id}) AS position`,
    isBeyond: after ? sql`(${time}, ${id}) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql`true`,
    order: sql`ORDER BY ${time} DESC, ${id} DESC LIMIT ${limit} OFFSET ${offset}`,
  };
}

/** A moment as RFC 3339 in UTC, to the microsecond, which a Date of JavaScript would cut. */
export function timeText(time: Sql): Sql {
  return sql`to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
