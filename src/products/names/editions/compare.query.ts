import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { Gender } from '../normalize-gender.ts';

/** A slice of a new reading beside the one that supplies it now. */
export interface SlicePair {
  readonly areaNo: number;
  readonly area: string;
  readonly gender: Gender;
  readonly year: number;
  readonly rows: number;
  readonly sum: number;
  readonly withheld: number;
  /** The release that supplies the slice; null: none. */
  readonly formerNo: number | null;
  readonly formerRows: number | null;
  readonly formerSum: number | null;
  readonly formerWithheld: number | null;
  /** Every name has the same count in both, under the same spelling. */
  readonly isSame: boolean;
  /** What supplies the year before, in this reading or else as published; null: nothing. */
  readonly sumOfYearBefore: number | null;
}

/** The slices of a release with names, by area, year and gender. */
export function listSlicePairs(db: Database, releaseNo: number): Promise<SlicePair[]> {
  return db.many<SlicePair>(
    'listSlicePairs',
    sql`
      SELECT fresh.area_no AS "areaNo", a.code AS area, fresh.gender, fresh.to_year AS year,
             fresh.rows, fresh.sum::float8 AS sum, fresh.withheld,
             s.release_no AS "formerNo", former.rows AS "formerRows", former.sum::float8 AS "formerSum",
             former.withheld AS "formerWithheld", coalesce(same.pages, false) AS "isSame",
             coalesce(own.sum, published.sum)::float8 AS "sumOfYearBefore"
      FROM release_slices fresh
      JOIN releases mine ON mine.no = fresh.release_no
      JOIN areas a ON a.no = fresh.area_no
      LEFT JOIN slices s ON (s.area_no, s.measure, s.gender, s.from_year, s.to_year)
                          = (fresh.area_no, mine.measure, fresh.gender, fresh.from_year, fresh.to_year)
      LEFT JOIN release_slices former
             ON (former.release_no, former.area_no, former.gender, former.from_year, former.to_year)
              = (s.release_no, s.area_no, s.gender, s.from_year, s.to_year)
      LEFT JOIN release_slices own
             ON (own.release_no, own.area_no, own.gender, own.from_year, own.to_year)
              = (fresh.release_no, fresh.area_no, fresh.gender, fresh.from_year - 1, fresh.to_year - 1)
      LEFT JOIN slices e ON (e.area_no, e.measure, e.gender, e.from_year, e.to_year)
                          = (fresh.area_no, mine.measure, fresh.gender, fresh.from_year - 1, fresh.to_year - 1)
      LEFT JOIN release_slices published
             ON (published.release_no, published.area_no, published.gender, published.from_year, published.to_year)
              = (e.release_no, e.area_no, e.gender, e.from_year, e.to_year)
      LEFT JOIN LATERAL (
        SELECT bool_and((p.names, p.counts, p.ranks_published) IS NOT DISTINCT FROM (q.names, q.counts, q.ranks_published)) AS pages
        FROM ranking_pages p
        LEFT JOIN ranking_pages q ON (q.area_no, q.gender, q.to_year, q.from_year, q.release_no, q.page)
                                   = (p.area_no, p.gender, p.to_year, p.from_year, s.release_no, p.page)
        WHERE (p.area_no, p.gender, p.to_year, p.from_year, p.release_no)
            = (fresh.area_no, fresh.gender, fresh.to_year, fresh.from_year, fresh.release_no)
      ) AS same ON (fresh.rows, fresh.sum, fresh.withheld) = (former.rows, former.sum, former.withheld)
      WHERE fresh.release_no = ${releaseNo} AND fresh.from_year = fresh.to_year AND fresh.rows > 0
        AND fresh.gender IN ('F', 'M')
      ORDER BY a.code COLLATE "C", fresh.to_year, fresh.gender`,
  );
}

export interface SpelledName {
  readonly no: number;
  readonly name: string;
  readonly key: string;
}

export function findSpellings(db: Database, numbers: readonly number[]): Promise<SpelledName[]> {
  return db.many<SpelledName>(
    'findSpellings',
    sql`SELECT no, name, key FROM name_spellings WHERE no = ANY (${numbers}::int[])`,
  );
}
