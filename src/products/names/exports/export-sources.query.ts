import type { Database } from '#platform/postgres/database.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';

/** A source of the slices of an export; what its parser does not know stands with the dataset or the country. */
export interface ExportedSource {
  readonly country: string;
  readonly parser: string;
  readonly office: string | null;
  readonly licence: string | null;
  readonly licence_url: string | null;
  readonly attribution: string | null;
  /** The releases that supply its slices. */
  readonly releases: readonly number[];
}

/** Who supplies the published slices that meet these conditions, which know `slices`, `a`, `c` and `r`. */
export function listExportedSources(db: Database, conditions: readonly Sql[]): Promise<ExportedSource[]> {
  return db.many<ExportedSource>(
    'listExportedSources',
    sql`
      SELECT c.code AS country, d.parser,
             d.options #>> '{profile,office}' AS office,
             coalesce(d.options #>> '{profile,licence}', c.licence) AS licence,
             coalesce(d.options #>> '{profile,licence_url}', c.licence_url) AS licence_url,
             coalesce(d.options #>> '{profile,attribution}', c.attribution) AS attribution,
             array_agg(DISTINCT r.no) AS releases
      FROM slices
      JOIN areas a ON a.no = slices.area_no
      JOIN countries c ON c.no = a.country_no
      JOIN releases r ON r.no = slices.release_no
      JOIN datasets d ON d.id = r.dataset_id
      WHERE ${joinSql(conditions, ' AND ')}
      GROUP BY 1, 2, 3, 4, 5, 6
      ORDER BY 1, 2, 3, 4`,
  );
}

/** Leaves out what these releases supply; in the form that a copy takes. */
export function notOf(releases: readonly number[]): Sql {
  return sql`slices.release_no <> ALL (string_to_array(${releases.join()}, ',')::int[])`;
}
