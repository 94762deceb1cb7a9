import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Takes the publish lock of a country until the end of the transaction: pointers move one transaction at a time. */
export async function lockCountry(tx: Database, countryNo: number): Promise<void> {
  await tx.run(
    'lockCountry',
    sql`SELECT version FROM data_versions WHERE country_no = ${countryNo} FOR UPDATE`,
  );
}

/** Tells every reader that answers about a country have changed. */
export async function raiseDataVersion(tx: Database, countryNo: number): Promise<void> {
  await tx.run(
    'raiseDataVersion',
    sql`UPDATE data_versions SET version = version + 1 WHERE country_no = ${countryNo}`,
  );
}

/** What a release meets where other datasets supply its slices: numbers of slices. */
export interface PublishDoubts {
  readonly older: number;
  readonly shrinking: number;
  /** Without any count, where the present one has counts: those stay, whatever is published. */
  readonly countless: number;
}

/**
 * Compares a release with what supplies its slices now: older editions, and slices that would lose more than half. A
 * list of ranks alone is not compared with one of counts: the latter supplies the slice in either order.
 */
export async function findPublishDoubts(
  tx: Database,
  releaseNo: number,
  edition: string | null,
): Promise<PublishDoubts> {
  const doubts = await tx.maybeOne<PublishDoubts>(
    'findPublishDoubts',
    sql`
      SELECT (count(*) FILTER (WHERE likes.alike
                AND ${edition}::text COLLATE "C" < r.edition COLLATE "C"))::int AS older,
             (count(*) FILTER (WHERE likes.alike
                AND (fresh.rows * 2 < present.rows OR fresh.sum * 2 < present.sum)))::int AS shrinking,
             (count(*) FILTER (WHERE NOT likes.alike AND fresh.rows > 0 AND fresh.withheld = fresh.rows))::int AS countless
      FROM release_slices AS fresh
      JOIN releases AS mine ON mine.no = fresh.release_no
      JOIN slices AS s ON (s.area_no, s.gender, s.from_year, s.to_year, s.measure)
                        = (fresh.area_no, fresh.gender, fresh.from_year, fresh.to_year, mine.measure)
      JOIN releases AS r ON r.no = s.release_no
      JOIN release_slices AS present ON (present.release_no, present.area_no, present.gender, present.from_year, present.to_year)
                        = (s.release_no, s.area_no, s.gender, s.from_year, s.to_year)
      CROSS JOIN LATERAL (SELECT (fresh.withheld < fresh.rows) = (present.withheld < present.rows)) AS likes (alike)
      WHERE fresh.release_no = ${releaseNo} AND r.dataset_id <> mine.dataset_id`,
  );
  return doubts ?? { older: 0, shrinking: 0, countless: 0 };
}

/** Makes a finished release a candidate for its slices, as the one published last. */
export async function markPublished(tx: Database, releaseNo: number): Promise<void> {
  await tx.run(
    'markPublished',
    sql`UPDATE releases SET state = 'published', published_seq = nextval('published_seq') WHERE no = ${releaseNo}`,
  );
}

/**
 * Lets the right release supply every slice of the given releases: the living one that was published last, of those
 * with counts if there are any, since a list of ranks alone says less.
 * Publishing, deleting, restoring and reprocessing are all this one statement after their own change.
 */
export async function settleSlices(tx: Database, releaseNos: readonly number[]): Promise<void> {
  await tx.run(
    'settleSlices',
    sql`
      WITH affected AS (
        SELECT DISTINCT s.area_no, r.measure, s.gender, s.from_year, s.to_year
        FROM release_slices s JOIN releases r ON r.no = s.release_no
        WHERE s.release_no = ANY (${releaseNos}::int[])
      ), winner AS (
        SELECT DISTINCT ON (a.area_no, a.measure, a.gender, a.from_year, a.to_year)
               a.*, s.release_no, CASE WHEN s.has_series THEN s.release_no END AS series_release_no
        FROM affected a
        JOIN release_slices s USING (area_no, gender, from_year, to_year)
        JOIN releases r ON r.no = s.release_no AND r.state = 'published' AND r.measure = a.measure AND s.rows > 0
        JOIN datasets d ON d.id = r.dataset_id AND d.deleted_at IS NULL
        ORDER BY a.area_no, a.measure, a.gender, a.from_year, a.to_year,
                 s.withheld < s.rows DESC, r.published_seq DESC, r.no DESC
      ), orphaned AS (
        DELETE FROM slices USING affected a
        WHERE (slices.area_no, slices.measure, slices.gender, slices.from_year, slices.to_year)
            = (a.area_no, a.measure, a.gender, a.from_year, a.to_year)
          AND NOT EXISTS (SELECT FROM winner w WHERE (w.area_no, w.measure, w.gender, w.from_year, w.to_year)
                                                   = (a.area_no, a.measure, a.gender, a.from_year, a.to_year))
      )
      INSERT INTO slices (area_no, measure, gender, from_year, to_year, release_no, series_release_no)
      SELECT area_no, measure, gender, from_year, to_year, release_no, series_release_no FROM winner
      ON CONFLICT (area_no, measure, gender, from_year, to_year) DO UPDATE
        SET release_no = excluded.release_no, series_release_no = excluded.series_release_no
        WHERE slices.release_no <> excluded.release_no`,
  );
}
