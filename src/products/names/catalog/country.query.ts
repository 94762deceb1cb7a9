import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

export interface CountryFields {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly name: string;
  readonly source_url: string | null;
  readonly attribution: string | null;
  readonly licence: string | null;
  readonly licence_url: string | null;
}

export interface Country extends CountryFields {
  readonly id: string;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export interface CountryPage {
  readonly limit: number;
  readonly offset: number;
  /** Code of the last country of the page before. */
  readonly after: string | undefined;
}

const columns = sql`id, code, name, source_url, attribution, licence, licence_url, created_by, created_at, updated_at`;

/** By code. */
export function listCountries(db: Database, { limit, offset, after }: CountryPage): Promise<Country[]> {
  return db.many<Country>(
    'listCountries',
    sql`
      SELECT ${columns} FROM countries
      WHERE ${after ?? null}::text IS NULL OR code > ${after ?? null}
      ORDER BY code LIMIT ${limit} OFFSET ${offset}`,
  );
}

/** By id, or by code in capital letters. */
export function findCountry(db: Database, idOrCode: string): Promise<Country | undefined> {
  return db.maybeOne<Country>(
    'findCountry',
    sql`SELECT ${columns} FROM countries WHERE id::text = ${idOrCode.toLowerCase()} OR code = ${idOrCode}`,
  );
}

/** By id, or by code in capital letters: the number that areas and data versions use. */
export async function findCountryNo(db: Database, idOrCode: string): Promise<number | undefined> {
  const row = await db.maybeOne<{ no: number }>(
    'findCountryNo',
    sql`SELECT no FROM countries WHERE id::text = ${idOrCode.toLowerCase()} OR code = ${idOrCode}`,
  );
  return row?.no;
}

/** Keeps a country from being deleted until the end of the transaction; false when it is gone. */
export async function holdCountry(tx: Database, id: string): Promise<boolean> {
  const rows = await tx.run('holdCountry', sql`SELECT FROM countries WHERE id = ${id} FOR KEY SHARE`);
  return rows === 1;
}

/** Undefined when there is a country with this code already. */
export function insertCountry(
  db: Database,
  country: CountryFields,
  createdBy: string | null,
): Promise<Country | undefined> {
  return db.maybeOne<Country>(
    'insertCountry',
    sql`
      INSERT INTO countries (code, name, source_url, attribution, licence, licence_url, created_by)
      VALUES (${country.code}, ${country.name}, ${country.source_url}, ${country.attribution}, ${country.licence},
              ${country.licence_url}, ${createdBy})
      ON CONFLICT (code) DO NOTHING
      RETURNING ${columns}`,
  );
}

/** Locks the row, so that what is decided about it still holds when it is written. */
export async function lockCountryRow(tx: Database, id: string): Promise<void> {
  await tx.run('lockCountryRow', sql`SELECT FROM countries WHERE id = ${id} FOR UPDATE`);
}

export async function isCodeTaken(db: Database, code: string, exceptId: string): Promise<boolean> {
  const rows = await db.run(
    'isCodeTaken',
    sql`SELECT FROM countries WHERE code = ${code} AND id <> ${exceptId}`,
  );
  return rows > 0;
}

export function updateCountry(
  db: Database,
  id: string,
  country: CountryFields,
): Promise<Country | undefined> {
  return db.maybeOne<Country>(
    'updateCountry',
    sql`
      UPDATE countries
      SET code = ${country.code}, name = ${country.name}, source_url = ${country.source_url},
          attribution = ${country.attribution}, licence = ${country.licence}, licence_url = ${country.licence_url}
      WHERE id = ${id}
      RETURNING ${columns}`,
  );
}

/** Datasets of a country, deleted ones that can still be restored included. */
export async function countDatasets(db: Database, countryId: string): Promise<number> {
  const row = await db.maybeOne<{ count: number }>(
    'countDatasets',
    sql`SELECT count(*)::int AS count FROM datasets WHERE country_id = ${countryId}`,
  );
  return row?.count ?? 0;
}

export async function deleteCountry(db: Database, id: string): Promise<void> {
  await db.run('deleteCountry', sql`DELETE FROM countries WHERE id = ${id}`);
}
