import { intArray } from '#platform/postgres/array-text.ts';
import type { Database } from '#platform/postgres/database.ts';
import { prepared, sql } from '#platform/postgres/sql.ts';
import type { Measure } from '../name-count.ts';

/** Country number → version of its data. */
export async function listDataVersions(db: Database): Promise<Map<number, number>> {
  const rows = await db.raw('listDataVersions', prepared(sql`SELECT country_no, version FROM data_versions`));
  return new Map(rows.map(([countryNo, version]) => [Number(countryNo), Number(version)]));
}

export interface CountryRow {
  readonly no: number;
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly source_url: string | null;
  readonly version: string;
}

export function findCountryRow(db: Database, no: number): Promise<CountryRow | undefined> {
  return db.maybeOne<CountryRow>(
    'findCountryRow',
    sql`
      SELECT c.no, c.id, c.code, c.name, c.source_url, v.version
      FROM countries c JOIN data_versions v ON v.country_no = c.no WHERE c.no = ${no}`,
  );
}

export interface AreaRow {
  readonly no: number;
  readonly code: string;
  readonly name: string;
  readonly level: number;
}

export function listAreas(db: Database, countryNo: number): Promise<AreaRow[]> {
  return db.many<AreaRow>(
    'listAreas',
    sql`SELECT no, code, name, level FROM areas WHERE country_no = ${countryNo} ORDER BY level, code`,
  );
}

export interface SourceRow {
  readonly release_no: number;
  readonly dataset_id: string;
  readonly filename: string;
  readonly parser: string;
  /** Of a file that a column profile describes. */
  readonly office: string | null;
  readonly edition: string | null;
  readonly attribution: string | null;
  readonly licence: string | null;
  readonly licence_url: string | null;
}

/** What supplies the published slices of a country, and whom to credit. */
export function listSources(db: Database, countryNo: number): Promise<SourceRow[]> {
  return db.many<SourceRow>(
    'listSources',
    sql`
      SELECT r.no AS release_no, d.id AS dataset_id, d.filename, d.parser, r.edition,
             d.options #>> '{profile,office}' AS office,
             coalesce(d.options #>> '{profile,attribution}', c.attribution) AS attribution,
             coalesce(d.options #>> '{profile,licence}', c.licence) AS licence,
             coalesce(d.options #>> '{profile,licence_url}', c.licence_url) AS licence_url
      FROM releases r JOIN datasets d ON d.id = r.dataset_id JOIN countries c ON c.id = d.country_id
      WHERE r.country_no = ${countryNo} AND EXISTS (SELECT FROM slices s WHERE s.release_no = r.no)`,
  );
}

/** A published slice and where its numbers lie. */
export interface SlicePointer {
  readonly areaNo: number;
  readonly measure: Measure;
  readonly gender: 'F' | 'M';
  readonly fromYear: number;
  readonly toYear: number;
  readonly releaseNo: number;
  /** Release of the series that hold it; null: its ranking pages alone. */
  readonly seriesReleaseNo: number | null;
}

/** The figures of a slice; they never change. */
export interface SliceFacts {
  /** Names listed; `sum`: of the counts shown. */
  readonly rows: number;
  readonly sum: number;
  /** Names listed whose count is hidden. */
  readonly withheld: number;
  /** Official total of births of that gender; null where none is loaded. */
  readonly births: number | null;
  readonly threshold: number | null;
  /** `lower_bound`: added up over areas that are not all there. */
  readonly quality: 'exact' | 'approx' | 'lower_bound';
  /** Ranks printed by the office: none, those that follow from the counts, or others, which its pages have. */
  readonly officeRanks: 'none' | 'same' | 'differ';
  /** Distinct counts, falling, and how many names have each. */
  readonly counts: Int32Array;
  readonly frequencies: Int32Array;
}

export function listSlicePointers(db: Database, countryNo: number): Promise<SlicePointer[]> {
  return db.many<SlicePointer>(
    'listSlicePointers',
    sql`
      SELECT s.area_no AS "areaNo", s.measure, s.gender, s.from_year AS "fromYear", s.to_year AS "toYear",
             s.release_no AS "releaseNo", s.series_release_no AS "seriesReleaseNo"
      FROM slices s JOIN areas a ON a.no = s.area_no
      WHERE a.country_no = ${countryNo} AND s.gender IN ('F', 'M') ORDER BY s.area_no, s.gender, s.to_year, s.from_year`,
  );
}

/** Facts of all slices of some releases, by `sliceId`. */
export async function listSliceFacts(
  db: Database,
  releaseNos: readonly number[],
): Promise<Map<string, SliceFacts>> {
  const rows = await db.raw(
    'listSliceFacts',
    sql`
      SELECT release_no, area_no, gender, from_year, to_year, rows, sum, withheld, births, threshold,
             quality, office_ranks, hist_counts, hist_freqs
      FROM release_slices WHERE release_no = ANY (${releaseNos}::int[])`,
  );
  return new Map(
    rows.map((row) => {
      const cell = (at: number): string => row[at] as string;
      const optional = (at: number): number | null => (row[at] === null ? null : Number(row[at]));
      const id = sliceId({
        releaseNo: Number(cell(0)),
        areaNo: Number(cell(1)),
        gender: cell(2) as 'F' | 'M',
        fromYear: Number(cell(3)),
        toYear: Number(cell(4)),
      });
      const facts: SliceFacts = {
        rows: Number(cell(5)),
        sum: Number(cell(6)),
        withheld: Number(cell(7)),
        births: optional(8),
        threshold: optional(9),
        quality: cell(10) as SliceFacts['quality'],
        officeRanks: cell(11) as SliceFacts['officeRanks'],
        counts: intArray(cell(12), 0),
        frequencies: intArray(cell(13), 0),
      };
      return [id, facts];
    }),
  );
}

/** Names the rows of a slice for good: what a release holds never changes. */
export function sliceId(
  slice: Pick<SlicePointer, 'releaseNo' | 'areaNo' | 'gender' | 'fromYear' | 'toYear'>,
): string {
  return `${slice.releaseNo} ${slice.areaNo} ${slice.gender} ${slice.fromYear} ${slice.toYear}`;
}
