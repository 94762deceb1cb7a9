import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { Gender } from '../normalize-gender.ts';

/** How many of those born in a year live to each age. */
export interface Cohort {
  readonly gender: Gender;
  /** Year of birth. */
  readonly cohort: number;
  /** Alive at age 0, 1, 2 …; falling. */
  readonly survivors: readonly number[];
  /** Where the table stands. */
  readonly source: string | null;
}

/** Girls first, by year of birth. */
export function listCohorts(db: Database, countryNo: number): Promise<Cohort[]> {
  return db.many<Cohort>(
    'listCohorts',
    sql`SELECT gender, cohort, survivors, source FROM life_tables WHERE country_no = ${countryNo}
        ORDER BY gender, cohort`,
  );
}

/** Adds or replaces one cohort. */
export async function writeCohort(tx: Database, countryNo: number, cohort: Cohort): Promise<void> {
  const { gender, cohort: year, survivors, source } = cohort;
  await tx.run(
    'writeCohort',
    sql`
      INSERT INTO life_tables (country_no, gender, cohort, survivors, source)
      VALUES (${countryNo}, ${gender}, ${year}, ${survivors}::float8[], ${source})
      ON CONFLICT (country_no, gender, cohort) DO UPDATE
        SET survivors = excluded.survivors, source = excluded.source`,
  );
}

/** Answers how many cohorts there were. */
export function removeCohorts(tx: Database, countryNo: number): Promise<number> {
  return tx.run('removeCohorts', sql`DELETE FROM life_tables WHERE country_no = ${countryNo}`);
}
