import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServeProcess } from '#test/support/serve-process.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { onConnection } from '../support/connection.ts';
import { peakResident, type PostgresPeak, watchPostgres } from '../support/memory.ts';
import type { ExpectedError } from './user-files.ts';

const LOOK_EVERY_MS = 5;
const PAGE = 1000;

export interface TimedImport {
  readonly id: string;
  /** From the 202 until the job is completed. */
  readonly ms: number;
  /** From the first byte sent until the 202. */
  readonly uploadMs: number;
  /** As the database dates them. */
  readonly parts: { readonly waited: number; readonly read: number; readonly judgedAndLoaded: number };
  readonly created: number;
  readonly refused: number;
  readonly nodePeak: number;
  readonly postgresPeak: PostgresPeak;
}

/** Uploads a file of users and waits until they are in the database. */
export async function timeImport(server: ServeProcess, file: string): Promise<TimedImport> {
  await onConnection(server.databaseUrl, (client) => client.query('CHECKPOINT'));
  const postgres = watchPostgres(server.postgresPid());
  const begun = performance.now();
  const { status, body, answeredAt } = await uploadFile({
    url: server.url,
    key: server.key,
    file,
    path: '/v1/imports',
    headers: { 'idempotency-key': randomUUID() },
    fields: { resource_type: 'users' },
  });
  assert.equal(status, 202, JSON.stringify(body));
  const id = body.job_id as string;
  const counts = await completed(server.databaseUrl, id);
  const ms = performance.now() - answeredAt;
  return {
    id,
    ms,
    uploadMs: answeredAt - begun,
    parts: await partsOf(server.databaseUrl, id),
    ...counts,
    nodePeak: peakResident(server.pid),
    postgresPeak: postgres.stop(),
  };
}

/** All users go, so that the next import begins as the first one did. */
export async function removeUsers(url: string): Promise<void> {
  await onConnection(url, (client) => client.query('TRUNCATE users CASCADE'));
}

/** The report lists exactly these, in this order. */
export async function checkErrors(
  server: ServeProcess,
  importId: string,
  expected: readonly ExpectedError[],
): Promise<void> {
  const found: ExpectedError[] = [];
  for await (const error of errorsOf(server, importId)) {
    assert.equal(error.code, 'duplicate_in_file');
    found.push({ line: error.line_start, conflictWith: error.conflict_with });
  }
  assert.deepEqual(found, expected);
}

function completed(url: string, id: string): Promise<{ created: number; refused: number }> {
  return onConnection(url, async (client) => {
    for (;;) {
      const { rows } = await client.query<{
        status: string;
        created: number;
        refused: number;
        error_message: string | null;
      }>(
        `SELECT status, error_message, created_count::float8 AS created, fail_count::float8 AS refused
         FROM import_jobs WHERE id = $1`,
        [id],
      );
      const [{ status, created, refused, error_message } = { status: 'unknown' }] = rows;
      if (status === 'completed') return { created: created ?? 0, refused: refused ?? 0 };
      assert.ok(status === 'pending' || status === 'processing', `${status}: ${error_message}`);
      await delay(LOOK_EVERY_MS);
    }
  });
}

function partsOf(url: string, id: string): Promise<TimedImport['parts']> {
  return onConnection(url, async (client) => {
    const { rows } = await client.query<TimedImport['parts']>(
      `SELECT extract(epoch FROM j.started_at - j.created_at)::float8 * 1000 AS waited,
              extract(epoch FROM r.created_at - j.started_at)::float8 * 1000 AS read,
              extract(epoch FROM j.completed_at - r.created_at)::float8 * 1000 AS "judgedAndLoaded"
       FROM jobs j JOIN reports r ON r.job_id = j.id WHERE j.id = $1`,
      [id],
    );
    return rows[0] as TimedImport['parts'];
  });
}

interface ReportedError {
  readonly code: string;
  readonly line_start: number;
  readonly conflict_with: string;
}

async function* errorsOf({ url, key }: ServeProcess, importId: string): AsyncGenerator<ReportedError> {
  for (let cursor = ''; ;) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor !== '' && { cursor }) });
    const response = await fetch(`${url}/v1/imports/${importId}/errors?${query.toString()}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(response.status, 200);
    const { data, meta } = (await response.json()) as {
      data: ReportedError[];
      meta: { next_cursor: string | null };
    };
    yield* data;
    if (meta.next_cursor === null) return;
    cursor = meta.next_cursor;
  }
}
