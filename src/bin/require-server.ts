import { AppError } from '#platform/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import { serverVersion } from '#platform/postgres/server-state.ts';

const OLDEST = 15;

/** Throws AppError `postgres_too_old` for a server before PostgreSQL 15. */
export async function requireSupportedServer(db: Database): Promise<number> {
  const major = Math.floor((await serverVersion(db)) / 10_000);
  if (major >= OLDEST) return major;
  throw new AppError(
    'unavailable',
    'postgres_too_old',
    `DATABASE_URL leads to PostgreSQL ${major}; it takes ${OLDEST} or later. Upgrade it, or leave DATABASE_URL out for the embedded one.`,
    { major },
  );
}
