import { newId } from '#platform/ids.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { enqueueJobOnce } from '../jobs/enqueue-once.query.ts';
import { enqueueJob } from '../jobs/enqueue.query.ts';

export const WEBHOOK_JOB = 'webhook';

/** A message about a job to an address that its caller named and `checkUrl` has seen. */
export interface NewWebhook {
  /** The import whose `callback_secret` signs it. */
  readonly jobId: string;
  readonly url: string;
  /** `import.completed`, … */
  readonly event: string;
  /** Shown as `data`. */
  readonly body: object;
  readonly createdBy: string | null;
}

/** A message with what is known of its way so far. */
export interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly event: string;
  /** JSON, the same bytes at every attempt. */
  readonly body: string;
  readonly secret: string | null;
  readonly createdBy: string | null;
  readonly isDelivered: boolean;
}

/** How an attempt ended that was no success: the status of the answer, or the code of why there was none. */
export interface FailedAttempt {
  readonly status: number | null;
  readonly error: string | null;
}

/** Queues a message, in the transaction of what it tells: it is sent if, and only if, that commits. Returns its event id. */
export async function enqueueWebhook(tx: Database, webhook: NewWebhook): Promise<string> {
  const { jobId, url, event, body, createdBy } = webhook;
  const id = newId();
  await tx.run(
    'insert webhook delivery',
    sql`
    INSERT INTO webhook_deliveries (id, job_id, url, event, body)
    VALUES (${id}, ${jobId}, ${url}, ${event}, ${JSON.stringify({ event_id: id, event, data: body })})
  `,
  );
  await enqueueJob(tx, { type: WEBHOOK_JOB, payload: { delivery_id: id, attempt: 1 }, createdBy });
  return id;
}

/** The next attempt, as a job of its own. */
export async function enqueueAttempt(
  tx: Database,
  { id, createdBy }: Delivery,
  attempt: number,
  delayMs: number,
): Promise<void> {
  const payload = { delivery_id: id, attempt };
  await enqueueJobOnce(tx, { type: WEBHOOK_JOB, payload, createdBy }, { delayMs });
}

export function findDelivery(db: Database, id: string): Promise<Delivery | undefined> {
  return db.maybeOne<Delivery>(
    'find webhook delivery',
    sql`
    SELECT webhook_deliveries.id, url, event, body, callback_secret AS secret, import_jobs.created_by AS "createdBy",
           delivered_at IS NOT NULL AS "isDelivered"
    FROM webhook_deliveries
    LEFT JOIN import_jobs ON import_jobs.id = job_id
    WHERE webhook_deliveries.id = ${id}
  `,
  );
}

/** Also forgets the secret, unless the job failed and may be tried again, which will be told as well. */
export async function recordDelivered(tx: Database, id: string, status: number): Promise<void> {
  await tx.run(
    'record webhook delivered',
    sql`
    WITH delivered AS (
      UPDATE webhook_deliveries
      SET attempts = attempts + 1, last_status = ${status}, last_error = NULL,
          delivered_at = clock_timestamp(), given_up_at = NULL
      WHERE id = ${id}
      RETURNING job_id)
    UPDATE import_jobs SET callback_secret = NULL
    FROM delivered
    WHERE import_jobs.id = delivered.job_id AND import_jobs.status = 'completed'
  `,
  );
}

/** Returns how long the message has been on its way, in milliseconds. */
export async function recordFailed(tx: Database, id: string, failed: FailedAttempt): Promise<number> {
  const row = await tx.maybeOne<{ age: number }>(
    'record webhook failed',
    sql`
    UPDATE webhook_deliveries
    SET attempts = attempts + 1, last_status = ${failed.status}, last_error = ${failed.error}, given_up_at = NULL
    WHERE id = ${id}
    RETURNING (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS age
  `,
  );
  return row?.age ?? 0;
}

export async function recordGivenUp(tx: Database, id: string): Promise<void> {
  await tx.run(
    'record webhook given up',
    sql`
    UPDATE webhook_deliveries SET given_up_at = clock_timestamp()
    WHERE id = ${id} AND delivered_at IS NULL
  `,
  );
}

/** Removes messages that are no longer on their way and older than this. */
export async function removeOldDeliveries(db: Database, olderThanMs: number): Promise<void> {
  await db.run(
    'remove old webhook deliveries',
    sql`
    DELETE FROM webhook_deliveries
    WHERE coalesce(delivered_at, given_up_at) < clock_timestamp() - ${olderThanMs} * interval '1 ms'
  `,
  );
}
