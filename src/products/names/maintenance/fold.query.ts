import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { Measure } from '../name-count.ts';
import type { SlicePointer } from '../read-model/catalog.query.ts';

/** An area whose one-year slices become one set of series. */
export interface FoldableArea {
  readonly areaNo: number;
  readonly measure: Measure;
}

/**
 * A slice that can be part of a fold: one year, of a release without series. Hidden and rounded counts stay on their
 * pages, which alone know the status of each.
 */
const foldable = sql`
  s.from_year = s.to_year AND facts.withheld = 0 AND facts.quality = 'exact' AND NOT facts.has_series`;

const slicesWithFacts = sql`
  slices s JOIN release_slices facts
    ON (facts.release_no, facts.area_no, facts.gender, facts.from_year, facts.to_year)
     = (s.release_no, s.area_no, s.gender, s.from_year, s.to_year)`;

/** The areas of a country with a slice that is in no series although there are several years to put into one. */
export function findFoldableAreas(db: Database, countryNo: number): Promise<FoldableArea[]> {
  return db.many<FoldableArea>(
    'findFoldableAreas',
    sql`
      SELECT s.area_no AS "areaNo", s.measure
      FROM areas a JOIN ${slicesWithFacts} ON s.area_no = a.no
      WHERE a.country_no = ${countryNo} AND ${foldable}
      GROUP BY s.area_no, s.measure
      HAVING bool_or(s.series_release_no IS NULL) AND min(s.to_year) < max(s.to_year)
      ORDER BY s.area_no, s.measure`,
  );
}

/** The slices of an area that go into its fold, by gender and year. */
export function listFoldableSlices(db: Database, { areaNo, measure }: FoldableArea): Promise<SlicePointer[]> {
  return db.many<SlicePointer>(
    'listFoldableSlices',
    sql`
      SELECT s.area_no AS "areaNo", s.measure, s.gender, s.from_year AS "fromYear", s.to_year AS "toYear",
             s.release_no AS "releaseNo", s.series_release_no AS "seriesReleaseNo"
      FROM ${slicesWithFacts}
      WHERE s.area_no = ${areaNo} AND s.measure = ${measure} AND ${foldable}
      ORDER BY s.gender, s.to_year`,
  );
}

/** The highest number in the dictionary. */
export async function findLastSpelling(db: Database): Promise<number> {
  const row = await db.maybeOne<{ no: number }>(
    'findLastSpelling',
    sql`SELECT coalesce(max(no), 0) AS no FROM name_spellings`,
  );
  return row?.no ?? 0;
}

/** Opens a release for the series of a fold; returns its number. */
export async function createFold(
  db: Database,
  fold: {
    readonly countryNo: number;
    readonly measure: Measure;
    readonly jobId: string;
    readonly jobToken: number;
  },
): Promise<number> {
  const row = await db.maybeOne<{ no: number }>(
    'createFold',
    sql`
      INSERT INTO releases (country_no, kind, measure, job_id, job_token)
      VALUES (${fold.countryNo}, 'folded', ${fold.measure}, ${fold.jobId}, ${fold.jobToken})
      RETURNING no`,
  );
  return (row as { no: number }).no;
}

/** Points slices at the series of a fold, as far as the releases that went into it still supply them. */
export async function useFold(
  tx: Database,
  foldNo: number,
  { areaNo, measure }: FoldableArea,
  folded: readonly SlicePointer[],
): Promise<void> {
  await tx.run('publishFold', sql`UPDATE releases SET state = 'published' WHERE no = ${foldNo}`);
  await tx.run(
    'moveSeriesPointers',
    sql`
      UPDATE slices s SET series_release_no = ${foldNo}
      FROM unnest(
        ${folded.map(({ gender }) => gender)}::bpchar[], ${folded.map(({ toYear }) => toYear)}::smallint[],
        ${folded.map(({ releaseNo }) => releaseNo)}::int[]
      ) AS folded (gender, year, release_no)
      WHERE s.area_no = ${areaNo} AND s.measure = ${measure} AND s.gender = folded.gender
        AND s.from_year = folded.year AND s.to_year = folded.year AND s.release_no = folded.release_no`,
  );
}

/** Folds that no slice points at any more never will be again; returns how many there were. */
export function retireUnusedFolds(db: Database): Promise<number> {
  return db.run(
    'retireUnusedFolds',
    sql`
      UPDATE releases SET state = 'retired', retired_at = now()
      WHERE no IN (
        SELECT no FROM releases
        WHERE kind = 'folded' AND state = 'published'
          AND NOT EXISTS (SELECT FROM slices WHERE series_release_no = releases.no)
        FOR UPDATE SKIP LOCKED)`,
  );
}

/** Countries that have something to fold. */
export async function findCountriesToFold(db: Database): Promise<number[]> {
  const rows = await db.many<{ country_no: number }>(
    'findCountriesToFold',
    sql`
      SELECT DISTINCT country_no FROM (
        SELECT a.country_no
        FROM areas a JOIN ${slicesWithFacts} ON s.area_no = a.no
        WHERE ${foldable}
        GROUP BY a.country_no, s.area_no, s.measure
        HAVING bool_or(s.series_release_no IS NULL) AND min(s.to_year) < max(s.to_year)) AS areas`,
  );
  return rows.map(({ country_no }) => country_no);
}
