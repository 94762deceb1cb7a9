import type { connect, Database } from './database.ts';
import { sql } from './sql.ts';

/** Rejects when the server cannot be reached. */
export async function pingServer(db: Database): Promise<void> {
  await db.run('ping', sql`SELECT 1`);
}

/** As PostgreSQL writes it, e.g. 180004 for 18.4. */
export async function serverVersion(db: Database): Promise<number> {
  const row = await db.maybeOne<{ version: number }>(
    'server version',
    sql`SELECT current_setting('server_version_num')::int AS version`,
  );
  return row?.version ?? 0;
}

/** The moment `ms` ago by the database's clock. */
export async function momentBefore(db: Database, ms: number): Promise<Date> {
  const row = await db.maybeOne<{ moment: Date }>(
    'momentBefore',
    sql`SELECT clock_timestamp() - ${ms} * interval '1 ms' AS moment`,
  );
  return (row as { moment: Date }).moment;
}

/** Whether something like PgBouncer stands between: it makes up the process id that it tells its clients. */
export async function isBehindPooler(client: Awaited<ReturnType<typeof connect>>): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid !== (client as unknown as { processID: number }).processID;
}

/** Rejects when no answer comes over a connection within `ms`: it may be half open. */
export async function tryConnection(client: Awaited<ReturnType<typeof connect>>, ms: number): Promise<void> {
  // The driver knows the time limit; its types do not.
  const statement = { text: 'SELECT 1', query_timeout: ms };
  await client.query(statement);
}
