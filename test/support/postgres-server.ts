import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { startEmbedded } from '#platform/postgres/embedded.ts';
import { clusterIn } from '#platform/postgres/embedded-cluster.ts';
import { acquireOwnerLock } from '#platform/postgres/embedded-lock.ts';
import { signal } from '#platform/postgres/embedded-process.ts';
import { stopOrphan } from '#platform/postgres/embedded-server.ts';

const DEBIAN_15 = '/usr/lib/postgresql/15/bin';

/** What the temporary folders of all tests with a server begin with. */
export const PREFIX = 'affirm-name-test-';

const ABANDONED_MS = 20 * 60_000;

export const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface ThrowawayServer {
  readonly url: string;
  stop(): Promise<void>;
  /** Ends it at once, for the last moment of a process. */
  kill(): void;
}

/** A server that loses everything when it stops: the installed PostgreSQL 18, or Debian's 15. */
export async function startThrowawayServer(major: 15 | 18 = 18): Promise<ThrowawayServer> {
  if (major === 15 && !existsSync(DEBIAN_15)) throw new Error(`There is no PostgreSQL 15 in ${DEBIAN_15}.`);
  await removeAbandoned();
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  // Programs before PostgreSQL 16 leave their folder for a moment and must find the way back.
  chmodSync(dataDir, 0o711);
  mkdirSync(join(dataDir, 'postgres'), { mode: 0o711 });
  const binaries = { initdb: `${DEBIAN_15}/initdb`, postgres: `${DEBIAN_15}/postgres`, major };
  const options = { dataDir, log: silentLog, throwaway: true, ...(major === 15 && { binaries }) };
  const server = await startEmbedded(options).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  });
  let stopped = false;
  return {
    url: server.url,
    async stop() {
      stopped = true;
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
    kill() {
      if (!stopped) signal(server.pid, 'SIGQUIT');
    },
  };
}

/** Ends what killed test runs have left behind. Younger folders may be those of a test that kills on purpose. */
async function removeAbandoned(): Promise<void> {
  for (const owner of globSync(`${PREFIX}*/{,*/}postgres/owner`, { cwd: tmpdir() })) {
    const file = join(tmpdir(), owner);
    const folder = dirname(file);
    try {
      if (Date.now() - statSync(file).mtimeMs < ABANDONED_MS) continue;
      acquireOwnerLock(file, folder);
      for (const major of [15, 18]) await stopOrphan(clusterIn(folder, major).dataFolder);
      rmSync(join(tmpdir(), owner.split(sep)[0] as string), { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}
