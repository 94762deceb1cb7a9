import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { Measure } from '../name-count.ts';

export const PAGES_COPY =
  'COPY ranking_pages (area_no, release_no, from_year, to_year, page, gender, names, counts, ranks_published) FROM STDIN (FORMAT binary)';
export const SERIES_COPY =
  'COPY name_series (area_no, name_no, release_no, gender, years, counts) FROM STDIN (FORMAT binary)';
export const SLICES_COPY =
  'COPY release_slices (release_no, area_no, gender, from_year, to_year, file, rows_read, sum_read, rows, sum, withheld, ' +
  'aggregates, repeats, threshold, quality, has_series, office_ranks, hist_counts, hist_freqs) FROM STDIN (FORMAT binary)';

export interface NewRelease {
  readonly datasetId: string;
  readonly countryNo: number;
  readonly measure: Measure;
  readonly jobId: string;
  readonly jobToken: number;
}

/** Opens a release that nobody sees until it is published; returns its number. */
export async function createRelease(db: Database, release: NewRelease): Promise<number> {
  const row = await db.maybeOne<{ no: number }>(
    'createRelease',
    sql`
      INSERT INTO releases (country_no, dataset_id, kind, measure, job_id, job_token)
      VALUES (${release.countryNo}, ${release.datasetId}, 'dataset', ${release.measure}, ${release.jobId}, ${release.jobToken})
      RETURNING no`,
  );
  return (row as { no: number }).no;
}

/** The numbers of these areas by code, regions that are new included; the codes of parents must be among them. */
export async function ensureAreas(
  db: Database,
  countryNo: number,
  areas: readonly { readonly code: string; readonly name: string }[],
): Promise<ReadonlyMap<string | null, number>> {
  if (areas.length > 0) {
    await db.run(
      'insertAreas',
      sql`
        INSERT INTO areas (country_no, code, name, level)
        SELECT ${countryNo}, area.code, area.name, array_length(string_to_array(area.code, '-'), 1) - 1
        FROM unnest(${areas.map(({ code }) => code)}::text[], ${areas.map(({ name }) => name)}::text[]) AS area (code, name)
        ORDER BY area.code
        ON CONFLICT (code) DO NOTHING`,
    );
    // An area lies in the one whose code is its own without the last part.
    await db.run(
      'nestAreas',
      sql`
        UPDATE areas SET parent_no = parent.no
        FROM areas AS parent
        WHERE areas.country_no = ${countryNo} AND areas.parent_no IS NULL AND areas.level > 0
          AND parent.country_no = areas.country_no AND parent.code = regexp_replace(areas.code, '-[^-]*$', '')`,
    );
  }
  const rows = await db.many<{ no: number; code: string; level: number }>(
    'findAreas',
    sql`SELECT no, code, level FROM areas WHERE country_no = ${countryNo}`,
  );
  return new Map(rows.map(({ no, code, level }) => [level === 0 ? null : code, no]));
}

/** Removes what earlier attempts at this dataset left unfinished. */
export async function sweepUnfinishedReleases(db: Database, datasetId: string): Promise<void> {
  const rows = await db.many<{ no: number }>(
    'findUnfinishedReleases',
    sql`SELECT no FROM releases WHERE dataset_id = ${datasetId} AND state = 'building'`,
  );
  for (const { no } of rows) await removeRelease(db, no);
}

/** Deletes a release with all its rows. */
export async function removeRelease(db: Database, no: number): Promise<void> {
  await db.run('deletePages', sql`DELETE FROM ranking_pages WHERE release_no = ${no}`);
  await db.run('deleteSeries', sql`DELETE FROM name_series WHERE release_no = ${no}`);
  await db.run('deleteRelease', sql`DELETE FROM releases WHERE no = ${no}`);
}
