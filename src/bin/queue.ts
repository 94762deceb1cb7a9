import {
  type DeadLetter,
  discardDeadLetters,
  listDeadLetters,
  requeueDeadLetters,
} from '#engine/jobs/wake-up/dead-letters.ts';
import { AppError } from '#platform/errors.ts';
import { createLogger } from '#platform/observability/log.ts';
import { type Foundation, layFoundation } from './compose.ts';
import { attachDatabase } from './open-database.ts';
import { readSettings } from './settings.ts';
import { formatTable } from './table.ts';

const CONNECTIONS = 4;
const SHOWN_CHARACTERS = 60;

export function listDeadCommand(): Promise<void> {
  return withQueue(async ({ pool }, url) => {
    const letters = await listDeadLetters(pool, url);
    print(letters.length === 0 ? 'No dead letters.' : formatTable(letters.map(rowOf)));
  });
}

export function requeueCommand(only: readonly string[]): Promise<void> {
  return withQueue(async ({ pool, definitions }, url) => {
    const jobIds = await requeueDeadLetters({ pool, definitions, url, only });
    print(
      jobIds.length === 0 ? 'Nothing to queue again.' : jobIds.map((id) => `queued again: ${id}`).join('\n'),
    );
  });
}

export function discardCommand(): Promise<void> {
  return withQueue(async ({ pool }, url) => {
    print(`removed: ${await discardDeadLetters(pool, url)}`);
  });
}

function rowOf({ jobId, job, text }: DeadLetter): Record<string, string | undefined> {
  const why = job ? (job.error_code ?? job.status) : jobId ? 'there is no such job' : 'cannot be understood';
  return { job: jobId, type: job?.type, why, message: text.slice(0, SHOWN_CHARACTERS) };
}

async function withQueue(work: (foundation: Foundation, url: string) => Promise<void>): Promise<void> {
  const config = readSettings();
  const { queueUrl } = config.jobs;
  if (queueUrl === undefined) {
    throw new AppError(
      'invalid',
      'no_queue',
      'QUEUE_URL is not set: PostgreSQL wakes the workers, and knows no dead letters.',
    );
  }
  // What is said here is for the person at the terminal; only trouble is logged.
  const log = createLogger({ ...config.log, level: 'warn', destination: process.stderr });
  const { url: databaseUrl } = await attachDatabase(config);
  const applicationName = 'affirm-name queue';
  const foundation = await layFoundation({
    config,
    log,
    databaseUrl,
    maxConnections: CONNECTIONS,
    applicationName,
  });
  try {
    await foundation.queue?.ready;
    await work(foundation, queueUrl);
  } finally {
    await foundation.close();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
