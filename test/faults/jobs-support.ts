import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type JobDefinition, jobDefinitions } from '#engine/jobs/define-job.ts';
import { startWorker, type Worker, type WorkerOptions } from '#engine/jobs/worker.ts';
import { createLogger } from '#platform/observability/log.ts';
import { createPool, type Database, type Pool, type PoolOptions } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

export const silent = createLogger({ level: 'silent', format: 'json' });

/** Far more than anything takes, also on a machine that is busy with other things. */
const WITHIN_MS = 60_000;

/** Leases of 2 s, no chance in delays, everything else as by default. */
const workerDefaults = {
  concurrency: 4,
  pollIntervalMs: 200,
  leaseMs: 2_000,
  jobTimeoutMs: 3_600_000,
  stallTimeoutMs: 300_000,
  retryWindowMs: 1_800_000,
  maxAttempts: 3,
  retentionMs: 86_400_000,
  random: () => 0,
  log: silent,
} satisfies Partial<WorkerOptions>;

export function startTestWorker(
  db: { url: string; pool: Pool },
  jobs: readonly JobDefinition[],
  overrides: Partial<WorkerOptions> = {},
): Promise<Worker> {
  return startWorker({
    ...workerDefaults,
    pool: db.pool,
    listenUrl: db.url,
    definitions: jobDefinitions(jobs),
    ...overrides,
  });
}

export interface JobRow {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly lease_token: number;
  readonly locked_by: string | null;
  readonly error_code: string | null;
  readonly last_error: string | null;
  readonly lost_leases: number;
  readonly outages: number;
  readonly result: unknown;
}

export async function jobRow(db: Database, id: string): Promise<JobRow> {
  const row = await db.maybeOne<JobRow>(
    'job row',
    sql`SELECT *, lease_token::int AS lease_token FROM jobs WHERE id = ${id}`,
  );
  if (!row) throw new Error(`no job ${id}`);
  return row;
}

/** Asks, every 20 ms unless told otherwise, until the answer is there. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = WITHIN_MS,
  everyMs = 20,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await delay(everyMs);
  }
}

export function jobReaches(db: Database, id: string, status: string, withinMs?: number): Promise<JobRow> {
  return until(
    `job ${status}`,
    async () => {
      const row = await jobRow(db, id);
      return row.status === status && row;
    },
    withinMs,
  );
}

export function openTestPool(url: string, overrides: Partial<PoolOptions> = {}): Pool {
  return createPool({
    url,
    maxConnections: 10,
    maxIdle: 10,
    maxLifetimeMs: 3_600_000,
    maxIdleTimeMs: 60_000,
    slowQueryMs: Number.POSITIVE_INFINITY,
    applicationName: 'affirm-name test child',
    onSlowQuery: () => undefined,
    onConnectionError: () => undefined,
    ...overrides,
  });
}

export interface ChildWorker {
  readonly process: ChildProcess;
  /** Settles when the child has written the line. */
  says(line: string): Promise<void>;
  tell(line: string): void;
  kill(): Promise<void>;
}

/** A process of its own that runs a real worker with the jobs of `jobs-child.ts`. */
export function startChildWorker(
  url: string,
  options: { leaseMs?: number; concurrency?: number } = {},
  env: Readonly<Record<string, string>> = {},
): ChildWorker {
  const child = spawn(
    process.execPath,
    [`${import.meta.dirname}/jobs-child.ts`, url, JSON.stringify(options)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    },
  );
  const heard: string[] = [];
  let changed = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    heard.push(line);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  return {
    process: child,
    async says(line) {
      const deadline = AbortSignal.timeout(WITHIN_MS);
      while (!heard.includes(line)) {
        if (deadline.aborted) throw new Error(`the child did not say "${line}" but ${JSON.stringify(heard)}`);
        await Promise.race([changed.promise, once(deadline, 'abort')]);
      }
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
