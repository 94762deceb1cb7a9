import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** What a key belongs to: the same text of another caller or route is another key. */
export interface KeyScope {
  /** Id of the API key, or `anonymous`. */
  readonly caller: string;
  /** Method and pattern, e.g. `POST /v1/imports`. */
  readonly route: string;
  readonly key: string;
}

/** A key that one request holds while it receives its body. */
export interface HeldKey extends KeyScope {
  /** Differs for every request. */
  readonly holder: string;
}

export interface KnownKey {
  readonly status: 'receiving' | 'done';
  readonly fingerprint: Buffer | null;
  readonly resource_id: string | null;
}

/** True: the key is new, or its former holder let the lease run out, and now it is this holder's. */
export async function holdKey(db: Database, held: HeldKey, leaseMs: number): Promise<boolean> {
  const rows = await db.run(
    'hold idempotency key',
    sql`
      INSERT INTO idempotency_keys (caller, route, key, status, holder, lease_expires_at)
      VALUES (${held.caller}, ${held.route}, ${held.key}, 'receiving', ${held.holder},
              clock_timestamp() + ${leaseMs} * interval '1 ms')
      ON CONFLICT (caller, route, key) DO UPDATE
      SET holder = excluded.holder, lease_expires_at = excluded.lease_expires_at, created_at = excluded.created_at
      WHERE idempotency_keys.status = 'receiving' AND idempotency_keys.lease_expires_at <= clock_timestamp()`,
  );
  return rows === 1;
}

export function findKey(db: Database, scope: KeyScope): Promise<KnownKey | undefined> {
  return db.maybeOne<KnownKey>(
    'find idempotency key',
    sql`
      SELECT status, fingerprint, resource_id FROM idempotency_keys
      WHERE caller = ${scope.caller} AND route = ${scope.route} AND key = ${scope.key}`,
  );
}

export async function renewKey(db: Database, held: HeldKey, leaseMs: number): Promise<void> {
  await db.run(
    'renew idempotency key',
    sql`
      UPDATE idempotency_keys SET lease_expires_at = clock_timestamp() + ${leaseMs} * interval '1 ms'
      WHERE ${heldBy(held)}`,
  );
}

/** Says what came of the key, in the transaction that makes it. False: another request has taken the key over. */
export async function completeKey(
  tx: Database,
  held: HeldKey,
  made: { readonly fingerprint: Buffer; readonly resourceId: string },
): Promise<boolean> {
  const rows = await tx.run(
    'complete idempotency key',
    sql`
      UPDATE idempotency_keys
      SET status = 'done', fingerprint = ${made.fingerprint}, resource_id = ${made.resourceId},
          lease_expires_at = clock_timestamp()
      WHERE ${heldBy(held)}`,
  );
  return rows === 1;
}

/** Forgets a key that nothing came of; one that is done or another's stays. */
export async function releaseKey(db: Database, held: HeldKey): Promise<void> {
  await db.run('release idempotency key', sql`DELETE FROM idempotency_keys WHERE ${heldBy(held)}`);
}

/** Forgets keys that ended longer ago than `retentionMs`, at most `limit` of them. Returns how many. */
export function deleteOldKeys(db: Database, retentionMs: number, limit: number): Promise<number> {
  return db.run(
    'delete old idempotency keys',
    sql`
      DELETE FROM idempotency_keys
      WHERE (caller, route, key) IN (
        SELECT caller, route, key FROM idempotency_keys,
          LATERAL (SELECT clock_timestamp() - ${retentionMs} * interval '1 ms' AS before) AS age
        WHERE created_at < age.before AND lease_expires_at < age.before
        LIMIT ${limit}
        FOR UPDATE OF idempotency_keys SKIP LOCKED)`,
  );
}

function heldBy({ caller, route, key, holder }: HeldKey): ReturnType<typeof sql> {
  return sql`caller = ${caller} AND route = ${route} AND key = ${key} AND holder = ${holder} AND status = 'receiving'`;
}
