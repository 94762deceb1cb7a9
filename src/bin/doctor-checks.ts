import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** What a check found; a bad one says what to do. */
export interface Finding {
  readonly ok: boolean;
  readonly text: string;
}

const GIBIBYTE = 1024 ** 3;
const OLDEST_NODE = 24;
const HEALTH_WITHIN_MS = 3000;

export function checkNode(): Finding {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= OLDEST_NODE) return { ok: true, text: `Node ${node}` };
  return { ok: false, text: `Node ${node} is too old: install Node ${OLDEST_NODE} or later` };
}

/** A folder that is not there yet is fine where it can be made. */
export function checkDataDir(dataDir: string): Finding {
  const folder = nearestFolder(dataDir);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return {
      ok: false,
      text: `data: ${folder} cannot be written by this user. Change its owner, or set DATA_DIR`,
    };
  }
  const made = folder === dataDir ? 'can be written' : 'will be made';
  return { ok: true, text: `data: ${dataDir} ${made}` };
}

export async function checkDiskSpace(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestFolder(dataDir));
  const free = (bavail * bsize) / GIBIBYTE;
  const text = `disk: ${free.toFixed(1)} GiB free`;
  return free >= 1
    ? { ok: true, text }
    : { ok: false, text: `${text}; an import of the US needs 1 GiB. Make room, or set DATA_DIR` };
}

/** Free, or taken by a server of ours. */
export async function checkPort({ host, port }: { host: string; port: number }): Promise<Finding> {
  const problem = await tryListening(host, port);
  if (problem === undefined) return { ok: true, text: `port: ${port} on ${host} is free` };
  if (problem === 'EADDRINUSE' && (await isOurs(host, port))) {
    return { ok: true, text: `port: an affirm-name server answers on ${port}` };
  }
  return {
    ok: false,
    text: `port: ${port} on ${host} cannot be used (${problem}). Stop what uses it, or set SERVER_PORT`,
  };
}

export function checkKeyFile(file: string): Finding {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return { ok: true, text: 'admin key: none yet; the first start makes one' };
  if (process.platform === 'win32' || (found.mode & 0o077) === 0) {
    return { ok: true, text: `admin key: ${file}, for its owner alone` };
  }
  return { ok: false, text: `admin key: others can read ${file}. Run: chmod 600 ${file}` };
}

export function hasEmbeddedData(dataDir: string): boolean {
  return existsSync(join(dataDir, 'postgres'));
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

function tryListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}

async function isOurs(host: string, port: number): Promise<boolean> {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  try {
    const response = await fetch(`http://${name}:${port}/health`, {
      signal: AbortSignal.timeout(HEALTH_WITHIN_MS),
    });
    return 'checks' in ((await response.json()) as object);
  } catch {
    return false;
  }
}
