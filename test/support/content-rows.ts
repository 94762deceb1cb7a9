import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

const ZOE = '11111111-1111-4111-8111-111111111111';

/** A user zoe, her published article `first` with two tags, and a comment of hers on it. */
export async function insertContent(pool: Pool): Promise<void> {
  await pool.transaction(async (tx) => {
    await tx.run(
      'insertUser',
      sql`
        INSERT INTO users (id, email, username, created_at, updated_at)
        VALUES (${ZOE}, 'zoe@example.org', 'zoe', now(), now())`,
    );
    await tx.run(
      'insertArticle',
      sql`
        INSERT INTO articles (id, slug, title, body, author_id, status, created_at, updated_at)
        VALUES (1, 'first', 'First', 'Body', ${ZOE}, 'published', now(), now())`,
    );
    await tx.run('insertTags', sql`INSERT INTO tags (tag) VALUES ('b'), ('a')`);
    await tx.run(
      'tagArticle',
      sql`INSERT INTO article_tags (article_id, tag_id, place) SELECT 1, id, id FROM tags`,
    );
    await tx.run(
      'insertComment',
      sql`
        INSERT INTO comments (id, article_id, author_id, body, created_at, updated_at)
        VALUES ('cm_first_1', 1, ${ZOE}, 'Well said', now(), now())`,
    );
  });
}
