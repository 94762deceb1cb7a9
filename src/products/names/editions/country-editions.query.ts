import type { Database } from '#platform/postgres/database.ts';
import { joinSql, sql } from '#platform/postgres/sql.ts';
import type { Measure } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';

/** One reading that was published with a slice. */
export interface EditionOfSlice {
  readonly area: string;
  readonly year: number;
  readonly gender: Gender;
  readonly measure: Measure;
  readonly dataset_id: string;
  readonly parser: string;
  /** Of a file that a column profile describes. */
  readonly profile_office: string | null;
  readonly edition: string | null;
  readonly rows: number;
  readonly sum: number;
  readonly withheld: number;
  readonly supplies: boolean;
  readonly read_at: Date;
  /** Rises with each publication. */
  readonly seq: number;
}

export interface EditionFilter {
  readonly area?: string | undefined;
  readonly year?: number | undefined;
  readonly gender?: Gender | undefined;
}

/** The last item of the page before. */
export type EditionPlace = Pick<EditionOfSlice, 'area' | 'year' | 'gender' | 'measure' | 'seq'>;

/** By area, year, gender and measure, what was published last first; without deleted datasets. */
export function listEditionsOfSlices(
  db: Database,
  countryNo: number,
  { area, year, gender }: EditionFilter,
  page: { readonly limit: number; readonly offset: number; readonly after: EditionPlace | undefined },
): Promise<EditionOfSlice[]> {
  const { after } = page;
  const conditions = [
    sql`a.country_no = ${countryNo} AND r.state = 'published' AND d.deleted_at IS NULL`,
    sql`s.from_year = s.to_year AND s.rows > 0 AND s.gender IN ('F', 'M')`,
    ...(area === undefined ? [] : [sql`a.code = ${area}`]),
    ...(year === undefined ? [] : [sql`s.to_year = ${year}`]),
    ...(gender === undefined ? [] : [sql`s.gender = ${gender}`]),
    ...(after
      ? [
          sql`(a.code COLLATE "C", s.to_year, s.gender::text, r.measure COLLATE "C", -r.published_seq)
            > (${after.area}, ${after.year}, ${after.gender}, ${after.measure}, ${-after.seq})`,
        ]
      : []),
  ];
  return db.many<EditionOfSlice>(
    'listEditionsOfSlices',
    sql`
      SELECT a.code AS area, s.to_year AS year, s.gender, r.measure, r.dataset_id, d.parser,
             d.options #>> '{profile,office}' AS profile_office, r.edition, s.rows, s.sum::float8 AS sum, s.withheld,
             coalesce(present.release_no = r.no, false) AS supplies, r.created_at AS read_at,
             r.published_seq::float8 AS seq
      FROM areas a
      JOIN release_slices s ON s.area_no = a.no
      JOIN releases r ON r.no = s.release_no
      JOIN datasets d ON d.id = r.dataset_id
      LEFT JOIN slices present ON (present.area_no, present.measure, present.gender, present.from_year, present.to_year)
                                = (s.area_no, r.measure, s.gender, s.from_year, s.to_year)
      WHERE ${joinSql(conditions, ' AND ')}
      ORDER BY a.code COLLATE "C", s.to_year, s.gender, r.measure COLLATE "C", r.published_seq DESC
      LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
}
