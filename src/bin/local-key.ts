import { parseApiKey } from '#engine/access/api-key.ts';
import { findKeyForCheck } from '#engine/access/api-keys.query.ts';
import type { Database } from '#platform/postgres/database.ts';
import { readLocalKey } from './admin-key-file.ts';

/** The id of the key in `file`; undefined when there is none, or none that is known. */
export async function findLocalKeyId(db: Database, file: string): Promise<string | undefined> {
  const key = parseApiKey(readLocalKey(file) ?? '');
  return key && (await findKeyForCheck(db, key.keyId))?.id;
}

/** Straight to the terminal, past the log: logs are kept and sent on. */
export function showNewKey(key: string, file: string): void {
  process.stderr.write(`
  A new admin key was made. It is shown this once and kept in ${file}:

    ${key}

`);
}
