import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** Ends every server process of this application_name. */
export function endSessionsNamed(db: Database, applicationName: string): Promise<number> {
  return db.run(
    'end sessions of export',
    sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = ${applicationName}`,
  );
}
