import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { Gender } from '../normalize-gender.ts';

/** An official total of births. */
export interface BirthTotal {
  /** Code of a region; the country's own for the whole of it. */
  readonly area: string;
  readonly year: number;
  readonly gender: Gender;
  readonly births: number;
  /** Where the figure stands, and the credit that its office asks for. */
  readonly source: string | null;
  readonly attribution: string | null;
}

/** The whole country first, then its areas by code; each by year, girls first. */
export function listBirths(db: Database, countryNo: number): Promise<BirthTotal[]> {
  return db.many<BirthTotal>(
    'listBirths',
    sql`
      SELECT a.code AS area, b.year, b.gender, b.births, b.source, b.attribution
      FROM births b JOIN areas a ON a.no = b.area_no
      WHERE b.country_no = ${countryNo} ORDER BY a.level, a.code COLLATE "C", b.year, b.gender`,
  );
}

/** What writing totals did to the table. */
export interface BirthChanges {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** Removes the totals of a country that are not among these; answers how many. */
export function removeOtherBirths(
  tx: Database,
  countryNo: number,
  kept: readonly BirthTotal[],
): Promise<number> {
  return tx.run(
    'removeOtherBirths',
    sql`
      DELETE FROM births b USING areas a
      WHERE a.no = b.area_no AND b.country_no = ${countryNo} AND NOT EXISTS (
        SELECT FROM unnest(${kept.map(({ area }) => area)}::text[], ${kept.map(({ year }) => year)}::smallint[],
                           ${kept.map(({ gender }) => gender)}::text[]) AS k (area, year, gender)
        WHERE (k.area, k.year, k.gender) = (a.code, b.year, b.gender))`,
  );
}

/** Adds or replaces totals by area, year and gender; those that are the same already are left alone. */
export async function writeBirths(
  tx: Database,
  countryNo: number,
  totals: readonly BirthTotal[],
): Promise<Pick<BirthChanges, 'added' | 'changed'>> {
  const counts = await tx.maybeOne<{ added: number; changed: number }>(
    'writeBirths',
    sql`
      WITH written AS (
        INSERT INTO births AS b (country_no, area_no, year, gender, births, source, attribution)
        SELECT ${countryNo}, a.no, t.year, t.gender, t.births, t.source, t.attribution
        FROM unnest(${totals.map(({ area }) => area)}::text[], ${totals.map(({ year }) => year)}::smallint[],
                    ${totals.map(({ gender }) => gender)}::text[], ${totals.map(({ births }) => births)}::int[],
                    ${totals.map(({ source }) => source)}::text[],
                    ${totals.map(({ attribution }) => attribution)}::text[])
             AS t (area, year, gender, births, source, attribution)
        JOIN areas a ON a.code = t.area
        ON CONFLICT (area_no, gender, year) DO UPDATE
          SET births = excluded.births, source = excluded.source, attribution = excluded.attribution
          WHERE (b.births, b.source, b.attribution)
            IS DISTINCT FROM (excluded.births, excluded.source, excluded.attribution)
        RETURNING (xmax = 0) AS is_new
      )
      SELECT (count(*) FILTER (WHERE is_new))::int AS added, (count(*) FILTER (WHERE NOT is_new))::int AS changed
      FROM written`,
  );
  return counts ?? { added: 0, changed: 0 };
}
