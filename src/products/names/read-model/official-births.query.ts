import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { AreaTotal } from './official-births.ts';

/** All totals of births of a country. */
export async function listAreaTotals(db: Database, countryNo: number): Promise<AreaTotal[]> {
  const rows = await db.raw(
    'listAreaTotals',
    sql`SELECT area_no, gender, year, births FROM births WHERE country_no = ${countryNo}`,
  );
  return rows.map(([areaNo, gender, year, births]) => ({
    areaNo: Number(areaNo),
    gender: gender as 'F' | 'M',
    year: Number(year),
    births: Number(births),
  }));
}
