import type { Database } from '#platform/postgres/database.ts';
import { rawSql, sql } from '#platform/postgres/sql.ts';

/** The tables that hold the rows of a release. */
export const ROW_TABLES = ['ranking_pages', 'name_series'] as const;
export type RowTable = (typeof ROW_TABLES)[number];

/** Blocks of a table, first to last. */
export interface BlockRange {
  readonly first: number;
  readonly last: number;
}

/** Readings that no living attempt works on: the job ended, or another attempt has its lease. */
export async function findAbandonedReleases(db: Database, limit: number): Promise<number[]> {
  const rows = await db.many<{ no: number }>(
    'findAbandonedReleases',
    sql`
      SELECT r.no FROM releases r
      WHERE r.state = 'building'
        AND NOT EXISTS (SELECT FROM jobs j
                        WHERE j.id = r.job_id AND j.status = 'running' AND j.lease_token = r.job_token)
      ORDER BY r.no LIMIT ${limit}`,
  );
  return rows.map(({ no }) => no);
}

/** Releases that something newer replaced longer ago than `afterMs`. */
export async function findRetiredReleases(db: Database, afterMs: number, limit: number): Promise<number[]> {
  const rows = await db.many<{ no: number }>(
    'findRetiredReleases',
    sql`
      SELECT r.no FROM releases r
      WHERE r.state = 'retired' AND r.retired_at < clock_timestamp() - ${afterMs} * interval '1 ms'
        AND NOT EXISTS (SELECT FROM slices s WHERE r.no IN (s.release_no, s.series_release_no))
      ORDER BY r.no LIMIT ${limit}`,
  );
  return rows.map(({ no }) => no);
}

/** Where in the table the rows of a release lie; undefined when it has none there. */
export async function findBlocks(
  db: Database,
  table: RowTable,
  releaseNo: number,
): Promise<BlockRange | undefined> {
  const row = await db.maybeOne<{ first: number | null; last: number | null }>(
    'findBlocks',
    sql`
      SELECT (min(ctid)::text::point)[0]::int AS first, (max(ctid)::text::point)[0]::int AS last
      FROM ${rawSql(table)} WHERE release_no = ${releaseNo}`,
  );
  return typeof row?.first === 'number' && typeof row.last === 'number'
    ? { first: row.first, last: row.last }
    : undefined;
}

export async function deleteRowsInBlocks(
  tx: Database,
  table: RowTable,
  releaseNo: number,
  { first, last }: BlockRange,
): Promise<void> {
  await tx.run(
    'deleteRowsInBlocks',
    sql`
      DELETE FROM ${rawSql(table)}
      WHERE release_no = ${releaseNo} AND ctid >= ${`(${first},0)`}::tid AND ctid < ${`(${last + 1},0)`}::tid`,
  );
}
