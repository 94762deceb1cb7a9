import { newId } from '#platform/ids.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { announce } from './wake-up/announce.ts';

export interface NewJob {
  readonly type: string;
  readonly payload: object;
  readonly datasetId?: string;
  /** Higher runs first; default 0. */
  readonly priority?: number;
  /** The caller's key id; null: the system. */
  readonly createdBy: string | null;
  readonly id?: string;
  /** It waits until `releaseJob`. */
  readonly isHeld?: boolean;
}

/** Puts a job into the queue, in the transaction of its cause: workers hear of it when that commits. Returns its id. */
export async function enqueueJob(tx: Database, job: NewJob): Promise<string> {
  const id = job.id ?? newId();
  await tx.run(
    'enqueue job',
    sql`
    INSERT INTO jobs (id, type, payload, dataset_id, priority, created_by, next_retry_at)
    VALUES (${id}, ${job.type}, ${JSON.stringify(job.payload)}::jsonb, ${job.datasetId ?? null},
            ${job.priority ?? 0}, ${job.createdBy}, CASE WHEN ${job.isHeld ?? false} THEN 'infinity'::timestamptz END)
    RETURNING pg_notify('jobs', 'queued')
  `,
  );
  if (!job.isHeld) announce(tx, 'work', id);
  return id;
}

/** Lets a job go that was put into the queue `isHeld`; harmless for others. */
export async function releaseJob(tx: Database, id: string): Promise<void> {
  const released = await tx.run(
    'release job',
    sql`
    UPDATE jobs SET next_retry_at = NULL
    WHERE id = ${id} AND next_retry_at = 'infinity'
    RETURNING pg_notify('jobs', 'queued')
  `,
  );
  if (released > 0) announce(tx, 'work', id);
}
