import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch, type Launched, type Settings } from './launch.ts';

export type { Settings };

/** A process of the product that lives as long as whoever started it wants. */
export interface ProductProcess {
  readonly pid: number;
  /** What it wrote, for messages of failed tests. */
  output(): string;
  /** SIGTERM; answers the exit code that follows from it. */
  stop(): Promise<number | null>;
  /** SIGKILL to this process alone; an embedded server goes on without its owner. */
  kill(): Promise<number | null>;
}

export interface ServeProcess extends ProductProcess {
  readonly url: string;
  /** The admin key that its first start wrote. */
  readonly key: string;
  /** The database: an embedded one unless the settings name another. */
  readonly databaseUrl: string;
  /** Process id of the embedded server. */
  postgresPid(): number;
}

/** Runs `serve` on `dataDir` and a free port, without the sample, with nothing of this process's settings. */
export async function startServe(dataDir: string, settings: Settings = {}): Promise<ServeProcess> {
  const { launched, found } = await start(
    'serve',
    dataDir,
    settings,
    /affirm-name answers at (http:[^"\s]+)/,
  );
  const postgres = join(dataDir, 'postgres');
  return {
    ...productOf(launched),
    url: found[1] ?? '',
    key: settings['BOOTSTRAP_ADMIN_KEY'] ?? read(dataDir, 'admin-key'),
    databaseUrl: settings['DATABASE_URL'] ?? read(postgres, 'url'),
    postgresPid: () => postmasterPid(postgres),
  };
}

/** Runs `worker` on a database that others serve. */
export async function startWorkerProcess(dataDir: string, settings: Settings): Promise<ProductProcess> {
  const { launched } = await start('worker', dataDir, settings, /worker started/);
  return productOf(launched);
}

async function start(
  command: 'serve' | 'worker',
  dataDir: string,
  settings: Settings,
  ready: RegExp,
): Promise<{ launched: Launched; found: RegExpExecArray }> {
  // Counting what runs makes an import five times as slow; tests within one process count the same code.
  const launched = launch([command], {
    dataDir,
    env: { LOG_FORMAT: 'json', ...settings },
    measured: false,
  });
  try {
    return { launched, found: await launched.says(ready) };
  } catch (error) {
    await launched.end('SIGKILL');
    throw error;
  }
}

function productOf(launched: Launched): ProductProcess {
  return {
    pid: launched.pid,
    output: () => launched.stdout + launched.stderr,
    stop: () => launched.end('SIGTERM'),
    kill: () => launched.end('SIGKILL'),
  };
}

/** The first line of the pid file of the one data folder in there. */
function postmasterPid(postgres: string): number {
  return Number(read(join(postgres, '18', 'data'), 'postmaster.pid').split('\n')[0]);
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8').trim();
}
