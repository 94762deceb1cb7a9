import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { JobDefinition } from '#engine/jobs/define-job.ts';
import type { Worker } from '#engine/jobs/worker.ts';
import { enqueueWebhook } from '#engine/webhooks/deliveries.query.ts';
import { webhookJob } from '#engine/webhooks/webhook.job.ts';
import { newId } from '#platform/ids.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { startTestWorker, until } from '../faults/jobs-support.ts';
import { listen, type Names, resolverOf } from './fetching-scene.ts';

export const SECRET = 'a secret of 32 bytes and no less';
export const NOW = new Date('2026-02-03T04:05:06.789Z');
export const DATA = { job_id: 'one', status: 'completed', name: 'Zoë' };

interface DeliveryRow {
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly delivered: boolean;
  readonly given_up: boolean;
  readonly secret: string | null;
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface WebhookScene {
  readonly pool: Pool;
  readonly definition: JobDefinition;
  readonly worker: Worker;
  startWorker(): Promise<Worker>;
  /** Returns the event's id. */
  enqueue(tx?: Database): Promise<string>;
  row(id: string): Promise<DeliveryRow>;
}

/** A worker, and an import that has ended with `status` and tells `url`. */
export async function webhookScene(
  t: TestContext,
  options: { url: string; names?: Names; allowedHosts?: string[]; status?: string; retryForMs?: number },
): Promise<WebhookScene> {
  const db = await testDatabase(t);
  const { pool } = db;
  const definition = webhookJob({
    pool,
    rules: { allowedHosts: options.allowedHosts ?? [], resolve: resolverOf(options.names ?? {}) },
    clock: () => NOW,
    random: () => 0,
    firstDelayMs: 20,
    ...(options.retryForMs === undefined ? {} : { retryForMs: options.retryForMs }),
  });
  const startWorker = async (): Promise<Worker> => {
    const worker = await startTestWorker(db, [definition], { pollIntervalMs: 20, shutdownGraceMs: 0 });
    t.after(() => worker.stop());
    return worker;
  };
  const worker = await startWorker();
  const importId = newId();
  await pool.run(
    'import',
    sql`INSERT INTO import_jobs (id, resource_type, status, callback_secret)
        VALUES (${importId}, 'users', ${options.status ?? 'completed'}, ${SECRET})`,
  );
  const enqueue = (tx: Database = pool): Promise<string> =>
    enqueueWebhook(tx, {
      jobId: importId,
      url: options.url,
      event: 'import.completed',
      body: DATA,
      createdBy: null,
    });
  return { pool, definition, worker, startWorker, enqueue, row: (id: string) => deliveryRow(pool, id) };
}

async function deliveryRow(pool: Pool, id: string): Promise<DeliveryRow> {
  const row = await pool.maybeOne<DeliveryRow>(
    'delivery',
    sql`SELECT attempts, last_status, last_error, delivered_at IS NOT NULL AS delivered,
               given_up_at IS NOT NULL AS given_up, callback_secret AS secret
        FROM webhook_deliveries JOIN import_jobs ON import_jobs.id = job_id
        WHERE webhook_deliveries.id = ${id}`,
  );
  if (!row) throw new Error(`no delivery ${id}`);
  return row;
}

/** A receiver that remembers what it took; `answer` gets the number of the message, from 1. */
export async function receiver(
  t: TestContext,
  answer: (number: number) => number,
): Promise<{ received: Received[]; host: string; url: string }> {
  const received: Received[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    received.push({ headers: request.headers, body: await text(request) });
    response.writeHead(answer(received.length), { Location: 'http://127.0.0.1:1/' }).end('thanks');
  };
  const port = await listen(
    t,
    createServer((request, response) => void take(request, response)),
  );
  return { received, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}/hook?of=ada` };
}

export function ended(pool: Pool, type: 'completed' | 'failed', count: number): Promise<unknown> {
  return until(`${count} ${type}`, async () => {
    const jobs = await pool.many('jobs', sql`SELECT FROM jobs WHERE status = ${type}`);
    return jobs.length === count;
  });
}
