import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const COMMAND = resolve(import.meta.dirname, '../../bin/affirm-name.mjs');
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 30_000;

export type Settings = Readonly<Record<string, string>>;

/** A process of the product, as a user starts it. */
export interface ProductProcess {
  readonly pid: number;
  /** What it wrote, for messages of failed tests. */
  output(): string;
  /** SIGTERM, and what follows from it. */
  stop(): Promise<void>;
  /** SIGKILL to this process alone; an embedded server goes on without its owner. */
  kill(): Promise<void>;
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
  const { product, says } = startProduct('serve', dataDir, settings);
  try {
    const line = await says('affirm-name answers at ');
    const postgres = join(dataDir, 'postgres');
    return {
      ...product,
      url: /answers at (http:[^"\s]+)/.exec(line)?.[1] ?? '',
      key: settings['BOOTSTRAP_ADMIN_KEY'] ?? read(dataDir, 'admin-key'),
      databaseUrl: settings['DATABASE_URL'] ?? read(postgres, 'url'),
      postgresPid: () => postmasterPid(postgres),
    };
  } catch (error) {
    await product.kill();
    throw error;
  }
}

/** Runs `worker` on a database that others serve. */
export async function startWorkerProcess(dataDir: string, settings: Settings): Promise<ProductProcess> {
  const { product, says } = startProduct('worker', dataDir, { METRICS_PORT: '0', ...settings });
  try {
    await says('worker started');
    return product;
  } catch (error) {
    await product.kill();
    throw error;
  }
}

function startProduct(
  command: 'serve' | 'worker',
  dataDir: string,
  settings: Settings,
): { product: ProductProcess; says: (text: string) => Promise<string> } {
  mkdirSync(dataDir, { recursive: true });
  const child = spawn(process.execPath, [COMMAND, command], {
    // No `.env` of a developer acts here.
    cwd: dataDir,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATA_DIR: dataDir,
      SAMPLES: 'false',
      SERVER_PORT: '0',
      LOG_FORMAT: 'json',
      // Counting what runs makes an import five times as slow; tests within one process count the same code.
      NODE_V8_COVERAGE: undefined,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = collectLines(child);
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    child.kill(signal);
    await exited;
    clearTimeout(late);
  };
  return {
    product: {
      pid: child.pid as number,
      output: () => lines.all().join('\n'),
      stop: () => end('SIGTERM'),
      kill: () => end('SIGKILL'),
    },
    says: (text) => lines.next(text, exited),
  };
}

function collectLines(child: ChildProcess): {
  all(): readonly string[];
  next(text: string, exited: Promise<unknown>): Promise<string>;
} {
  const heard: string[] = [];
  let changed = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      heard.push(line);
      changed.resolve();
      changed = Promise.withResolvers();
    });
  }
  return {
    all: () => heard,
    async next(text, exited) {
      const deadline = AbortSignal.timeout(READY_WITHIN_MS);
      const late = once(deadline, 'abort');
      for (;;) {
        const line = heard.find((each) => each.includes(text));
        if (line !== undefined) return line;
        const ended = child.exitCode !== null || child.signalCode !== null;
        if (ended || deadline.aborted) throw new Error(`It did not say "${text}" but:\n${heard.join('\n')}`);
        await Promise.race([changed.promise, exited, late]);
      }
    },
  };
}

/** The first line of the pid file of the one data folder in there. */
function postmasterPid(postgres: string): number {
  return Number(read(join(postgres, '18', 'data'), 'postmaster.pid').split('\n')[0]);
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8').trim();
}
