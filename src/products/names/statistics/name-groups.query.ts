import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Names that somebody takes for one. */
export interface NameGroup {
  readonly slug: string;
  readonly title: string;
  readonly names: readonly string[];
  /** Why these names belong together. */
  readonly note: string | null;
  readonly updated_at: Date;
}

const columns = sql`slug, title, names, note, updated_at`;

/** By slug, after one of them; null: from the first on. */
export function listNameGroups(
  db: Database,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<NameGroup[]> {
  return db.many<NameGroup>(
    'listNameGroups',
    sql`SELECT ${columns} FROM name_groups WHERE ${after}::text IS NULL OR slug COLLATE "C" > ${after}
        ORDER BY slug COLLATE "C" LIMIT ${limit}`,
  );
}

export function findNameGroup(db: Database, slug: string): Promise<NameGroup | undefined> {
  return db.maybeOne<NameGroup>(
    'findNameGroup',
    sql`SELECT ${columns} FROM name_groups WHERE slug = ${slug}`,
  );
}

/** Adds or replaces a group. */
export async function writeNameGroup(db: Database, group: Omit<NameGroup, 'updated_at'>): Promise<NameGroup> {
  const { slug, title, names, note } = group;
  const written = await db.maybeOne<NameGroup>(
    'writeNameGroup',
    sql`
      INSERT INTO name_groups (slug, title, names, note) VALUES (${slug}, ${title}, ${names}::text[], ${note})
      ON CONFLICT (slug) DO UPDATE
        SET title = excluded.title, names = excluded.names, note = excluded.note, updated_at = now()
      RETURNING ${columns}`,
  );
  return written as NameGroup;
}

/** Answers whether there was one. */
export async function deleteNameGroup(db: Database, slug: string): Promise<boolean> {
  return (await db.run('deleteNameGroup', sql`DELETE FROM name_groups WHERE slug = ${slug}`)) > 0;
}
