import { intArray } from '#platform/postgres/array-text.ts';
import type { Database } from '#platform/postgres/database.ts';
import { prepared, sql } from '#platform/postgres/sql.ts';
import type { Gender } from '../normalize-gender.ts';

/** A spelling over the years in one area and gender, as one release has it. */
export interface SeriesRow {
  readonly areaNo: number;
  readonly gender: Gender;
  readonly no: number;
  readonly releaseNo: number;
  readonly years: Int32Array;
  readonly counts: Int32Array;
}

/** All series of these spellings in these areas, whichever release they belong to. */
export async function findSeries(
  db: Database,
  areaNos: readonly number[],
  numbers: readonly number[],
): Promise<SeriesRow[]> {
  const rows = await db.raw(
    'findSeries',
    prepared(sql`
      SELECT area_no, gender, name_no, release_no, years, counts FROM name_series
      WHERE area_no = ANY (${areaNos}::int[]) AND gender IN ('F', 'M') AND name_no = ANY (${numbers}::int[])`),
  );
  return rows.map(([areaNo, gender, no, releaseNo, years, counts]) => ({
    areaNo: Number(areaNo),
    gender: gender as Gender,
    no: Number(no),
    releaseNo: Number(releaseNo),
    years: intArray(years ?? '{}', 0),
    counts: intArray(counts ?? '{}', 0),
  }));
}
