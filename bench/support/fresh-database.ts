import { createPool, type Pool } from '#platform/postgres/database.ts';
import { migrateUp } from '#platform/postgres/migrate.ts';
import { onConnection } from './connection.ts';

const NAME = 'affirm_name_bench';

/** Runs `work` on a migrated database of its own beside the one at `url`; it is dropped afterwards. */
export async function withFreshDatabase<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const own = new URL(url);
  own.pathname = `/${NAME}`;
  await onConnection(url, (client) => client.query(`CREATE DATABASE ${NAME} TEMPLATE template0`));
  try {
    await migrateUp(own.href);
    const pool = createPool({
      url: own.href,
      maxConnections: 5,
      maxIdle: 5,
      maxLifetimeMs: 3_600_000,
      maxIdleTimeMs: 600_000,
      slowQueryMs: Number.POSITIVE_INFINITY,
      applicationName: 'affirm-name bench',
      onSlowQuery: () => undefined,
      onConnectionError: () => undefined,
    });
    try {
      return await work(pool);
    } finally {
      await pool.close();
    }
  } finally {
    await onConnection(url, (client) => client.query(`DROP DATABASE ${NAME} WITH (FORCE)`));
  }
}
