import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

export interface DatasetSlice {
  readonly area: string;
  readonly year_from: number;
  readonly year_to: number;
  readonly gender: string;
  readonly file: string;
  readonly rows_read: number;
  readonly sum_read: number;
  readonly rows: number;
  readonly sum: number;
  readonly withheld: number;
  readonly aggregates: number;
  readonly repeats: number;
  readonly status: 'published' | 'superseded' | 'waiting' | 'dry_run' | 'deleted' | 'aside';
  /** The dataset that supplies the slice, where it is another one. */
  readonly superseded_by: string | null;
}

/** The last slice of the page before. */
export interface SlicePosition {
  readonly area: string;
  readonly year: number;
  readonly gender: string;
  readonly from: number;
}

/** The slices of a release by area, year and gender, a single year after longer periods, each with what became of it. */
export function listDatasetSlices(
  db: Database,
  releaseNo: number,
  page: { readonly limit: number; readonly offset: number; readonly after: SlicePosition | undefined },
): Promise<DatasetSlice[]> {
  const { after } = page;
  return db.many<DatasetSlice>(
    'listDatasetSlices',
    sql`
      SELECT a.code AS area, s.from_year AS year_from, s.to_year AS year_to, s.gender, s.file, s.rows_read,
             s.sum_read::float8 AS sum_read, s.rows, s.sum::float8 AS sum, s.withheld,
             s.aggregates::float8 AS aggregates, s.repeats,
             CASE WHEN present.release_no = s.release_no THEN 'published'
                  WHEN d.deleted_at IS NOT NULL THEN 'deleted'
                  WHEN s.rows = 0 THEN 'aside'
                  WHEN d.options ->> 'dry_run' = 'true' THEN 'dry_run'
                  WHEN mine.state = 'waiting' THEN 'waiting'
                  ELSE 'superseded' END AS status,
             CASE WHEN present.release_no <> s.release_no THEN other.dataset_id END AS superseded_by
      FROM release_slices s
      JOIN releases mine ON mine.no = s.release_no
      JOIN datasets d ON d.id = mine.dataset_id
      JOIN areas a ON a.no = s.area_no
      LEFT JOIN slices present ON (present.area_no, present.measure, present.gender, present.from_year, present.to_year)
                                = (s.area_no, mine.measure, s.gender, s.from_year, s.to_year)
      LEFT JOIN releases other ON other.no = present.release_no
      WHERE s.release_no = ${releaseNo}
        AND ${after ? sql`(a.code, s.to_year, s.gender, s.from_year) > (${after.area}, ${after.year}, ${after.gender}, ${after.from})` : sql`true`}
      ORDER BY a.code, s.to_year, s.gender, s.from_year
      LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
}
