import { isUuid } from '#platform/ids.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';
import { foldEmail } from '../fields/email-field.ts';

/** Moments as text in RFC 3339, so that microseconds count. */
export interface TimeFilter {
  readonly createdAfter?: string | undefined;
  readonly createdBefore?: string | undefined;
  readonly updatedAfter?: string | undefined;
}

/** Rows after a place in the order of creation. */
export interface RowPage {
  readonly after: number;
  readonly limit: number;
  readonly offset: number;
}

/** All of them hold; those that are undefined were not asked for. `row` is the name of the table in the statement. */
export function allOf(conditions: readonly (Sql | undefined)[]): Sql {
  return joinSql([sql`true`, ...conditions.filter((condition) => condition !== undefined)], ' AND ');
}

export function timeConditions(filter: TimeFilter): (Sql | undefined)[] {
  const { createdAfter, createdBefore, updatedAfter } = filter;
  return [
    createdAfter === undefined ? undefined : sql`created_at > ${createdAfter}::timestamptz`,
    createdBefore === undefined ? undefined : sql`created_at < ${createdBefore}::timestamptz`,
    updatedAfter === undefined ? undefined : sql`updated_at > ${updatedAfter}::timestamptz`,
  ];
}

/** Rows of a user, by id, e-mail address or user name; a user name may look like an id. */
export function authorCondition(author: string | undefined): Sql | undefined {
  if (author === undefined) return undefined;
  const id = isUuid(author) ? author : null;
  return sql`
    author_id IN (SELECT id FROM users
                  WHERE id = ${id}::uuid OR email = ${foldEmail(author)} OR username = ${author})`;
}

/** A moment to the microsecond, as exports write it. */
export function timeText(column: Sql): Sql {
  return sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
