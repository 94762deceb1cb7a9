import type { Database } from '#platform/postgres/database.ts';
import { timeText } from '#platform/postgres/newest-first.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { RowPage } from './filters.query.ts';

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

const columns = sql`
  no::float8, id, email, username, bio, image,
  ${timeText(sql`created_at`)} AS created_at, ${timeText(sql`updated_at`)} AS updated_at`;

export function listUsers(db: Database, page: RowPage): Promise<UserRow[]> {
  return db.many(
    'listUsers',
    sql`SELECT ${columns} FROM users WHERE users.no > ${page.after} AND ${page.conditions}
        ORDER BY users.no LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
}

export function findUser(db: Database, id: string): Promise<UserRow | undefined> {
  return db.maybeOne('findUser', sql`SELECT ${columns} FROM users WHERE id = ${id}`);
}

export async function deleteUser(db: Database, id: string): Promise<boolean> {
  return (await db.run('deleteUser', sql`DELETE FROM users WHERE id = ${id}`)) > 0;
}
