import type { Database } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';

export interface PurgeableDataset {
  readonly id: string;
  /** Null: it was never fetched. */
  readonly file_path: string | null;
}

/** Deleted for long enough, no job has it in hand, and no other dataset is made of its rows as well. */
function purgeable(afterMs: number): Sql {
  return sql`
    d.deleted_at < clock_timestamp() - ${afterMs} * interval '1 ms'
    AND NOT EXISTS (SELECT FROM datasets a WHERE a.amends = d.id)
    AND NOT EXISTS (SELECT FROM jobs j WHERE j.dataset_id = d.id AND j.status IN ('queued', 'running', 'paused'))`;
}

export function findPurgeableDatasets(
  db: Database,
  afterMs: number,
  limit: number,
): Promise<PurgeableDataset[]> {
  return db.many<PurgeableDataset>(
    'findPurgeableDatasets',
    sql`SELECT d.id, d.file_path FROM datasets d WHERE ${purgeable(afterMs)} ORDER BY d.deleted_at LIMIT ${limit}`,
  );
}

/** Locks the dataset's row and looks again: one that is being restored in this moment stays. */
export async function holdPurgeable(tx: Database, id: string, afterMs: number): Promise<boolean> {
  const row = await tx.maybeOne(
    'holdPurgeable',
    sql`SELECT d.id FROM datasets d WHERE d.id = ${id} AND ${purgeable(afterMs)} FOR UPDATE`,
  );
  return row !== undefined;
}

export async function listReleasesOf(db: Database, datasetId: string): Promise<number[]> {
  const rows = await db.many<{ no: number }>(
    'listReleasesOf',
    sql`SELECT no FROM releases WHERE dataset_id = ${datasetId} ORDER BY no`,
  );
  return rows.map(({ no }) => no);
}

/** The reports of a dataset's readings. */
export async function listReportsOf(db: Database, datasetId: string): Promise<number[]> {
  const rows = await db.many<{ no: number }>(
    'listReportsOf',
    sql`
      SELECT no::float8 AS no FROM reports
      WHERE job_id IN (SELECT id FROM jobs WHERE dataset_id = ${datasetId})
         OR no = (SELECT report_no FROM datasets WHERE id = ${datasetId})
      ORDER BY no`,
  );
  return rows.map(({ no }) => no);
}

/** Removes the dataset's row and with it its jobs. */
export async function deleteDatasetRow(tx: Database, id: string): Promise<void> {
  await tx.run('deleteDatasetRow', sql`DELETE FROM datasets WHERE id = ${id}`);
}
