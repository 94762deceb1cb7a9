import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { AppError } from '#platform/errors.ts';
import { randomToken } from '#platform/ids.ts';
import type { Account } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';

export const SUPERUSER = 'affirm_name';

/** What the server's own folder is called from inside it: then no parent folder needs to be open to its account. */
export function dataArgument(dataFolder: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : dataFolder;
}

/** The folder of one cluster: `data` for the server, `password` for us. They appear together or not at all. */
export interface Cluster {
  readonly dataFolder: string;
  readonly passwordFile: string;
}

export function clusterIn(folder: string, major: number): Cluster {
  return {
    dataFolder: join(folder, String(major), 'data'),
    passwordFile: join(folder, String(major), 'password'),
  };
}

/** Runs initdb when there is no cluster yet; one that was interrupted leaves nothing that counts. */
export async function ensureCluster(options: {
  folder: string;
  binaries: Binaries;
  account: Account | undefined;
  durable: boolean;
}): Promise<Cluster> {
  const { folder, binaries } = options;
  const cluster = clusterIn(folder, binaries.major);
  await removeDrafts(folder);
  if (existsSync(cluster.dataFolder)) return cluster;
  refuseOtherMajor(folder, binaries.major);

  const draft = join(folder, `${binaries.major}.new.${randomToken(6)}`);
  // The server's account passes through on its way to the password file; it gets no further.
  mkdirSync(draft, { mode: 0o711 });
  mkdirSync(join(draft, 'data'), { mode: 0o700 });
  writeFileSync(join(draft, 'password'), randomToken(24), { mode: 0o600 });
  if (options.account) {
    chownSync(join(draft, 'data'), options.account.uid, options.account.gid);
    chownSync(join(draft, 'password'), options.account.uid, options.account.gid);
  }
  try {
    await initialise({ ...options, dataFolder: join(draft, 'data') });
    renameSync(draft, dirname(cluster.dataFolder));
    if (options.durable) syncFolder(folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return cluster;
}

/** A killed start leaves its draft. Its initdb may still write there for a moment; at worst the next start tries again. */
async function removeDrafts(folder: string): Promise<void> {
  const drafts = readdirSync(folder).filter((entry) => entry.includes('.new.'));
  const removals = drafts.map((name) =>
    rm(join(folder, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  );
  await Promise.allSettled(removals);
}

function refuseOtherMajor(folder: string, major: number): void {
  const other = readdirSync(folder).find((name) => /^\d+$/.test(name));
  if (other === undefined) return;
  throw new AppError(
    'conflict',
    'embedded_postgres_version',
    `${folder} holds data of PostgreSQL ${other}, and ${major} is installed. Export it with the release that wrote it, then import it here.`,
    { found: Number(other), installed: major },
  );
}

interface InitdbOptions {
  readonly dataFolder: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly durable: boolean;
}

async function initialise(options: InitdbOptions): Promise<void> {
  const first = await runInitdb(options, 'C.UTF-8');
  if (first === undefined) return;
  // macOS before 15 and some small systems have no C.UTF-8.
  const failure = first.includes('invalid locale name') ? await runInitdb(options, 'C') : first;
  if (failure === undefined) return;
  throw new AppError(
    'unavailable',
    'embedded_postgres_initdb',
    `PostgreSQL could not make its data folder: ${failure.trim()}`,
  );
}

/** Undefined when it worked, else what initdb said. */
async function runInitdb(options: InitdbOptions, locale: string): Promise<string | undefined> {
  const { dataFolder, binaries, account, durable } = options;
  const args = [
    `--pgdata=${dataArgument(dataFolder)}`,
    `--username=${SUPERUSER}`,
    '--auth=scram-sha-256',
    '--pwfile=../password',
    '--encoding=UTF8',
    `--locale=${locale}`,
    ...builtinLocale(binaries.major),
    ...(durable ? [] : ['--no-sync']),
  ];
  const child = spawn(binaries.initdb, args, {
    ...account,
    cwd: dataFolder,
    // Should we be killed, the broken pipe of its progress ends initdb as well.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.resume();
  const [said, code] = await Promise.all([
    text(child.stderr),
    once(child, 'close').then(([exitCode]) => exitCode as number | null),
  ]);
  return code === 0 ? undefined : said || `initdb ended with ${code}`;
}

/** PostgreSQL's own C.UTF-8 sorts and folds alike on every system. */
function builtinLocale(major: number): string[] {
  return major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
