import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { ColumnProfile } from './column-profile.ts';

export interface ColumnProfileRow {
  readonly id: string;
  readonly profile: ColumnProfile;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const columns = sql`id, profile, created_by, created_at, updated_at`;

/** By name. */
export function listColumnProfiles(
  db: Database,
  {
    limit,
    offset,
    after,
  }: { readonly limit: number; readonly offset: number; readonly after: string | null },
): Promise<ColumnProfileRow[]> {
  return db.many<ColumnProfileRow>(
    'listColumnProfiles',
    sql`
      SELECT ${columns} FROM column_profiles WHERE ${after}::text IS NULL OR name > ${after}
      ORDER BY name LIMIT ${limit} OFFSET ${offset}`,
  );
}

export function findColumnProfile(db: Database, id: string): Promise<ColumnProfileRow | undefined> {
  return db.maybeOne<ColumnProfileRow>(
    'findColumnProfile',
    sql`SELECT ${columns} FROM column_profiles WHERE id = ${id}`,
  );
}

/** Undefined when another profile has this name. */
export function insertColumnProfile(
  db: Database,
  profile: ColumnProfile,
  createdBy: string | null,
): Promise<ColumnProfileRow | undefined> {
  return db.maybeOne<ColumnProfileRow>(
    'insertColumnProfile',
    sql`
      INSERT INTO column_profiles (name, profile, created_by)
      VALUES (${profile.name}, ${JSON.stringify(profile)}, ${createdBy})
      ON CONFLICT (name) DO NOTHING RETURNING ${columns}`,
  );
}

/** Holds names until the end of the transaction, and says whether another profile has this one. */
export async function isProfileNameTaken(tx: Database, name: string, exceptId: string): Promise<boolean> {
  await tx.run('lockColumnProfiles', sql`LOCK TABLE column_profiles IN SHARE ROW EXCLUSIVE MODE`);
  const rows = await tx.run(
    'isProfileNameTaken',
    sql`SELECT FROM column_profiles WHERE name = ${name} AND id <> ${exceptId}`,
  );
  return rows > 0;
}

/** Undefined when there is none. */
export function updateColumnProfile(
  db: Database,
  id: string,
  profile: ColumnProfile,
): Promise<ColumnProfileRow | undefined> {
  return db.maybeOne<ColumnProfileRow>(
    'updateColumnProfile',
    sql`
      UPDATE column_profiles SET name = ${profile.name}, profile = ${JSON.stringify(profile)}, updated_at = now()
      WHERE id = ${id} RETURNING ${columns}`,
  );
}

/** False when there was none. */
export async function deleteColumnProfile(db: Database, id: string): Promise<boolean> {
  return (await db.run('deleteColumnProfile', sql`DELETE FROM column_profiles WHERE id = ${id}`)) > 0;
}
