import type { Database } from '#platform/postgres/database.ts';
import { type ListPage, newestFirst, type Positioned } from '#platform/postgres/newest-first.ts';
import { sql } from '#platform/postgres/sql.ts';

type KeyRole = 'admin' | 'viewer';
export type KeySource = 'api' | 'bootstrap' | 'local';

/** A key without its hash, as it may be shown. */
interface ApiKeyRecord {
  readonly id: string;
  readonly key_id: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly scopes: string[] | null;
  readonly source: KeySource;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

interface KeyForCheck {
  readonly id: string;
  readonly key_hash: Buffer;
  readonly name: string;
  readonly role: KeyRole;
  readonly scopes: string[] | null;
  readonly source: KeySource;
  /** Neither expired nor revoked, by the database's clock. */
  readonly active: boolean;
}

interface NewApiKeyRow {
  readonly id: string;
  readonly keyId: string;
  readonly hash: Buffer;
  readonly name: string;
  readonly role: KeyRole;
  readonly scopes: readonly string[] | null;
  readonly source: KeySource;
  readonly createdBy: string | null;
  readonly expiresAt: Date | null;
}

const columns = sql`id, key_id, name, role, scopes, source, created_by, created_at, expires_at, last_used_at, revoked_at`;

export function findKeyForCheck(db: Database, keyId: string): Promise<KeyForCheck | undefined> {
  return db.maybeOne<KeyForCheck>(
    'access.find_key',
    sql`
      SELECT id, key_hash, name, role, scopes, source,
             revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) AS active
      FROM api_keys
      WHERE key_id = ${keyId}
    `,
  );
}

/** Undefined when the public part is taken already. */
export function insertApiKey(db: Database, key: NewApiKeyRow): Promise<ApiKeyRecord | undefined> {
  return db.maybeOne<ApiKeyRecord>(
    'access.insert_key',
    sql`
      INSERT INTO api_keys (id, key_id, key_hash, name, role, scopes, source, created_by, expires_at)
      VALUES (${key.id}, ${key.keyId}, ${key.hash}, ${key.name}, ${key.role}, ${key.scopes}, ${key.source},
              ${key.createdBy}, ${key.expiresAt})
      ON CONFLICT (key_id) DO NOTHING
      RETURNING ${columns}
    `,
  );
}

/** The newest first. */
export function listApiKeys(db: Database, page: ListPage): Promise<Positioned<ApiKeyRecord>[]> {
  const { position, isBeyond, order } = newestFirst(page);
  return db.many<Positioned<ApiKeyRecord>>(
    'access.list_keys',
    sql`SELECT ${columns}, ${position} FROM api_keys WHERE ${isBeyond} ${order}`,
  );
}

/** Whether there was such a key; one that is revoked already stays as it is. */
export async function revokeApiKey(db: Database, id: string): Promise<boolean> {
  const touched = await db.run(
    'access.revoke_key',
    sql`UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = ${id}`,
  );
  return touched > 0;
}

export async function revokeOtherBootstrapKeys(db: Database, keyId: string): Promise<number> {
  return db.run(
    'access.revoke_former_bootstrap_key',
    sql`
      UPDATE api_keys SET revoked_at = now()
      WHERE source = 'bootstrap' AND key_id <> ${keyId} AND revoked_at IS NULL
    `,
  );
}

export async function replaceKeyHash(db: Database, id: string, hash: Buffer): Promise<void> {
  await db.run('access.replace_hash', sql`UPDATE api_keys SET key_hash = ${hash} WHERE id = ${id}`);
}

export async function touchApiKey(db: Database, id: string): Promise<void> {
  await db.run(
    'access.touch_key',
    sql`
      UPDATE api_keys SET last_used_at = now()
      WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
    `,
  );
}

/** Processes that start together take turns; held until the transaction ends. */
export async function lockKeySetup(db: Database): Promise<void> {
  await db.run('access.lock_setup', sql`SELECT pg_advisory_xact_lock(hashtext('api_keys.setup'))`);
}
