import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { allOf, type RowPage, type TimeFilter, timeConditions, timeText } from './filters.query.ts';

export interface UserRow {
  readonly no: number;
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly bio: string | null;
  readonly image: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface UserFilter extends TimeFilter {
  /** Folded. */
  readonly email?: string | undefined;
  readonly username?: string | undefined;
}

const columns = sql`
  no::float8, id, email, username, bio, image,
  ${timeText(sql`created_at`)} AS created_at, ${timeText(sql`updated_at`)} AS updated_at`;

export function listUsers(db: Database, filter: UserFilter, page: RowPage): Promise<UserRow[]> {
  const { email, username } = filter;
  const conditions = allOf([
    email === undefined ? undefined : sql`email = ${email}`,
    username === undefined ? undefined : sql`username = ${username}`,
    ...timeConditions(filter),
  ]);
  return db.many(
    'listUsers',
    sql`SELECT ${columns} FROM users WHERE no > ${page.after} AND ${conditions}
        ORDER BY users.no LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
}

export function findUser(db: Database, id: string): Promise<UserRow | undefined> {
  return db.maybeOne('findUser', sql`SELECT ${columns} FROM users WHERE id = ${id}`);
}

export async function deleteUser(db: Database, id: string): Promise<boolean> {
  return (await db.run('deleteUser', sql`DELETE FROM users WHERE id = ${id}`)) > 0;
}
