import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Type } from 'typebox';
import { defineJob, type JobContext, type JobDefinition } from '#engine/jobs/define-job.ts';
import type { Database, Pool, Session } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Where a test stops a worker. */
export const PLACES = [
  'before session',
  'in copy',
  'before insert',
  'before fence',
  'before commit',
  'unnamed',
] as const;

export type Place = (typeof PLACES)[number];

/** More than the server gathers before it writes: what is copied up to the stop holds its keys. */
export const ROWS = 4_000;

/** What the jobs below write: `key` is shared by all attempts, so that a forgotten one blocks the next. */
export async function createJobTables(db: Database): Promise<void> {
  await db.run('create', sql`CREATE TABLE written (key int PRIMARY KEY, lease_token int NOT NULL)`);
  await db.run(
    'create',
    sql`CREATE TABLE executions (job_id uuid, n int, at timestamptz DEFAULT clock_timestamp())`,
  );
}

/** Writes rows in one transaction and calls `reach` at the place of its payload. */
export function copyJob(pool: Pool, reach: (place: Place) => Promise<void>): JobDefinition {
  return defineJob({
    type: 'copy',
    payload: Type.Object({ place: Type.String() }),
    async run({ place }, context) {
      const at = async (here: Place): Promise<void> => {
        if (here === place) await reach(here);
      };
      await at('before session');
      const write = (session: Session): Promise<void> =>
        session.transaction(async (tx) => {
          await writeRows(tx, context, at);
          await at('unnamed');
          await at('before fence');
          await context.complete(tx, { rows: ROWS });
          await at('before commit');
        });
      // Without the session's name a takeover cannot end it: then the fence alone has to hold.
      if (place === 'unnamed') await pool.session(write);
      else await context.session(write);
    },
  });
}

/** Half of the rows by COPY into keys that all attempts share, half by INSERT. */
async function writeRows(
  tx: Session,
  { leaseToken }: JobContext,
  at: (place: Place) => Promise<void>,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    for (let key = 0; key < ROWS / 2; key++) {
      yield `${key}\t${leaseToken}\n`;
      if (key === ROWS * 0.4) await at('in copy');
    }
  }
  await pipeline(Readable.from(lines()), tx.copyIn('COPY written FROM STDIN'));
  await at('before insert');
  await tx.run(
    'insert',
    sql`INSERT INTO written SELECT n, ${leaseToken} FROM generate_series(${ROWS / 2}::int, ${ROWS - 1}::int) AS n`,
  );
}

/** Counts itself in `executions`, once for every commit. */
export function countJob(pool: Pool, onRun: () => void): JobDefinition {
  return defineJob({
    type: 'count',
    payload: Type.Object({ n: Type.Integer() }),
    async run({ n }, context) {
      onRun();
      await context.session((session) =>
        session.transaction(async (tx) => {
          await tx.run('count', sql`INSERT INTO executions (job_id, n) VALUES (${context.jobId}, ${n})`);
          await tx.run('work', sql`SELECT pg_sleep(0.005)`);
          await context.complete(tx, { n });
        }),
      );
    },
  });
}
