import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** dead: no such job, or no worker survives it · waiting: to be claimed now · done: nothing to do for its message. */
export type Judgement = 'dead' | 'waiting' | 'done';

/** What is to become of messages, by their jobs. `types`: those that this worker knows. */
export async function judgeMessages(
  db: Database,
  jobIds: readonly string[],
  types: readonly string[],
): Promise<ReadonlyMap<string, Judgement>> {
  const rows = await db.many<{ id: string; judgement: Judgement }>(
    'judge job messages',
    sql`
    SELECT wanted.id,
           CASE WHEN jobs.id IS NULL OR (status = 'failed' AND error_code = 'worker_lost') THEN 'dead'
                WHEN status = 'queued' AND type = ANY(${types}::text[])
                     AND (next_retry_at IS NULL OR next_retry_at <= clock_timestamp()) THEN 'waiting'
                ELSE 'done' END AS judgement
    FROM unnest(${jobIds}::uuid[]) AS wanted (id)
    LEFT JOIN jobs USING (id)
  `,
  );
  return new Map(rows.map(({ id, judgement }) => [id, judgement]));
}
