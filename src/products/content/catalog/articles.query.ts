import type { Database } from '#platform/postgres/database.ts';
import { timeText } from '#platform/postgres/newest-first.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { RowPage } from './filters.query.ts';

/** An article in a list: without its body, of which a page would be too long. */
export interface ArticleRow {
  readonly no: number;
  readonly id: number;
  readonly slug: string;
  readonly title: string;
  readonly description: string | null;
  readonly author_id: string;
  readonly author: string;
  readonly status: 'draft' | 'published' | 'archived';
  readonly tags: string[];
  readonly created_at: string;
  readonly updated_at: string;
}

const columns = sql`
  id::float8 AS no, id::float8, slug, title, description, author_id,
  (SELECT username FROM users WHERE users.id = author_id) AS author, status,
  ARRAY(SELECT tag FROM article_tags JOIN tags ON tags.id = tag_id
        WHERE article_id = articles.id ORDER BY place) AS tags,
  ${timeText(sql`created_at`)} AS created_at, ${timeText(sql`updated_at`)} AS updated_at`;

export function listArticles(db: Database, page: RowPage): Promise<ArticleRow[]> {
  return db.many(
    'listArticles',
    sql`SELECT ${columns} FROM articles WHERE articles.id > ${page.after} AND ${page.conditions}
        ORDER BY articles.id LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
}

export function findArticle(
  db: Database,
  id: number,
): Promise<(ArticleRow & { readonly body: string }) | undefined> {
  return db.maybeOne('findArticle', sql`SELECT ${columns}, body FROM articles WHERE id = ${id}`);
}

export async function deleteArticle(db: Database, id: number): Promise<boolean> {
  return (await db.run('deleteArticle', sql`DELETE FROM articles WHERE id = ${id}`)) > 0;
}
