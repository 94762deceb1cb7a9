import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** What `work` answers, or the error with which it ended and left nothing behind. */
export async function trySaved<T>(
  tx: Database,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  await tx.run('savepoint', sql`SAVEPOINT attempt`);
  try {
    const value = await work();
    await tx.run('releaseSavepoint', sql`RELEASE SAVEPOINT attempt`);
    return { value };
  } catch (error) {
    await tx.run('rollbackToSavepoint', sql`ROLLBACK TO SAVEPOINT attempt`);
    await tx.run('releaseSavepoint', sql`RELEASE SAVEPOINT attempt`);
    return { error };
  }
}
