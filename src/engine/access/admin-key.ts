import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { newId } from '#platform/ids.ts';
import type { Pool, Session } from '#platform/postgres/database.ts';
import { type ApiKey, newApiKey, parseApiKey, sameHash } from './api-key.ts';
import {
  findKeyForCheck,
  insertApiKey,
  type KeySource,
  lockKeySetup,
  replaceKeyHash,
  revokeOtherBootstrapKeys,
} from './api-keys.query.ts';

interface AdminKeyOptions {
  /** BOOTSTRAP_ADMIN_KEY; its form was checked with the settings. */
  readonly bootstrapKey?: string | undefined;
  /** Where the embedded mode keeps its own key; without it no key is made. */
  readonly adminKeyFile?: string | undefined;
}

interface AdminKeyResult {
  /** A key that was made just now, to be shown once. */
  readonly created?: string;
  /** What somebody should know, e.g. that the given key was revoked. */
  readonly warnings: readonly string[];
}

/** Sees to it that there is an admin key to begin with; safe to run in several processes at once. */
export async function ensureAdminKey(db: Pool, options: AdminKeyOptions): Promise<AdminKeyResult> {
  const { bootstrapKey, adminKeyFile } = options;
  return db.transaction(async (tx) => {
    await lockKeySetup(tx);
    if (bootstrapKey) return { warnings: await ensureBootstrapKey(tx, bootstrapKey) };
    if (adminKeyFile) return ensureLocalKey(tx, adminKeyFile);
    return { warnings: [] };
  });
}

async function ensureBootstrapKey(tx: Session, text: string): Promise<string[]> {
  const key = parseApiKey(text);
  if (!key) throw new Error('BOOTSTRAP_ADMIN_KEY does not have the form of a key.');
  await revokeOtherBootstrapKeys(tx, key.keyId);
  const known = await findKeyForCheck(tx, key.keyId);
  if (!known) {
    await insertAdminKey(tx, key, 'bootstrap');
    return [];
  }
  if (known.source !== 'bootstrap') {
    throw new Error(
      `BOOTSTRAP_ADMIN_KEY has the id ${key.keyId}, which another key has already. Make a new one.`,
    );
  }
  if (!sameHash(known.key_hash, key.hash)) await replaceKeyHash(tx, known.id, key.hash);
  // Setting the same value again must not bring back what an admin took away.
  return known.active
    ? []
    : ['BOOTSTRAP_ADMIN_KEY names a key that was revoked; it stays revoked. Set a new value.'];
}

async function ensureLocalKey(tx: Session, file: string): Promise<AdminKeyResult> {
  const kept = await readKeyFile(file);
  if (kept) {
    const known = await findKeyForCheck(tx, kept.keyId);
    if (!known) await insertAdminKey(tx, kept, 'local');
    if (!known || (known.active && sameHash(known.key_hash, kept.hash))) return { warnings: [] };
  }
  const key = newApiKey();
  await insertAdminKey(tx, key, 'local');
  await writeKeyFile(file, key.text);
  return { created: key.text, warnings: [] };
}

async function insertAdminKey(tx: Session, key: ApiKey, source: KeySource): Promise<void> {
  const name = source === 'bootstrap' ? 'bootstrap admin' : 'local admin';
  await insertApiKey(tx, {
    id: newId(),
    keyId: key.keyId,
    hash: key.hash,
    name,
    role: 'admin',
    scopes: null,
    source,
    createdBy: null,
    expiresAt: null,
  });
}

async function readKeyFile(file: string): Promise<ApiKey | undefined> {
  try {
    return parseApiKey((await readFile(file, 'utf8')).trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Readable by its owner from the first byte on, and never half written. */
async function writeKeyFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${newId()}`;
  await writeFile(temporary, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await rename(temporary, file);
}
