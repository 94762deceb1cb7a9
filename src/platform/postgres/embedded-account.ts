import { readFileSync, statSync } from 'node:fs';
import { AppError } from '#platform/errors.ts';

/** Who runs the server; PostgreSQL refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account for a server on `dataFolder` when root starts it: whoever owns the data already, else `postgres`,
 * else `nobody`. Undefined for an ordinary user, who runs it as himself.
 */
export function serverAccount(dataFolder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataFolder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = findAccount('postgres') ?? findAccount('nobody');
  if (account) return account;
  throw new AppError(
    'unavailable',
    'embedded_postgres_account',
    'PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody". Start as another user, or set DATABASE_URL.',
  );
}

function findAccount(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
