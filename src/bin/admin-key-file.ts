import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '#platform/config.ts';

/** Where the embedded mode keeps the key of the local command line. */
export function adminKeyFile({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'admin-key');
}

/** The key that the embedded mode keeps in `file`; undefined when there is none. */
export function readLocalKey(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
