import type { TestContext } from 'node:test';
import type { Pool } from '#platform/postgres/database.ts';
import { rawSql, sql } from '#platform/postgres/sql.ts';

/** Runs in front of every row that is written to users. */
export async function withTrigger(t: TestContext, pool: Pool, body: string): Promise<void> {
  await pool.run(
    'function',
    rawSql(
      `CREATE OR REPLACE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$`,
    ),
  );
  await pool.run(
    'trigger',
    rawSql('CREATE TRIGGER disturb BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION disturb()'),
  );
  t.after(() => pool.run('drop', rawSql('DROP TRIGGER IF EXISTS disturb ON users')));
}

/** Another writer, right after the import has judged its records. */
export async function raceWith(t: TestContext, pool: Pool, statement: string): Promise<void> {
  await pool.run(
    'function',
    rawSql(
      `CREATE OR REPLACE FUNCTION race() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement}; RETURN NEW; END $$`,
    ),
  );
  await pool.run(
    'trigger',
    rawSql(
      `CREATE TRIGGER race AFTER UPDATE ON import_jobs FOR EACH ROW
       WHEN (NEW.checked AND NOT OLD.checked) EXECUTE FUNCTION race()`,
    ),
  );
  t.after(() => pool.run('drop', rawSql('DROP TRIGGER race ON import_jobs')));
}

/** Stands still in front of a row until the returned function is called. */
export async function stopAt(t: TestContext, pool: Pool, username: string): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const holding = pool.transaction(async (tx) => {
    await tx.run('hold', sql`SELECT pg_advisory_xact_lock(4711)`);
    held.resolve();
    await ended.promise;
  });
  await held.promise;
  await withTrigger(
    t,
    pool,
    `IF NEW.username = '${username}' THEN PERFORM pg_advisory_xact_lock_shared(4711); END IF;`,
  );
  t.after(() => ended.resolve());
  return async () => {
    ended.resolve();
    await holding;
  };
}
