import type { Database } from '#platform/postgres/database.ts';
import { timeText } from '#platform/postgres/newest-first.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { RowPage } from './filters.query.ts';

export interface CommentRow {
  readonly no: number;
  readonly id: string;
  readonly article_id: number;
  readonly article: string;
  readonly author_id: string;
  readonly author: string;
  readonly body: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const columns = sql`
  no::float8, id, article_id::float8, (SELECT slug FROM articles WHERE articles.id = article_id) AS article,
  author_id, (SELECT username FROM users WHERE users.id = author_id) AS author, body,
  ${timeText(sql`created_at`)} AS created_at, ${timeText(sql`updated_at`)} AS updated_at`;

export function listComments(db: Database, page: RowPage): Promise<CommentRow[]> {
  return db.many(
    'listComments',
    sql`SELECT ${columns} FROM comments WHERE comments.no > ${page.after} AND ${page.conditions}
        ORDER BY comments.no LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
}

export function findComment(db: Database, id: string): Promise<CommentRow | undefined> {
  return db.maybeOne('findComment', sql`SELECT ${columns} FROM comments WHERE id = ${id}`);
}

export async function deleteComment(db: Database, id: string): Promise<boolean> {
  return (await db.run('deleteComment', sql`DELETE FROM comments WHERE id = ${id}`)) > 0;
}
