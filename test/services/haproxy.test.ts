import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { type HaProxy, SERVED_BY, startHaProxy, WITHOUT_HAPROXY } from '#test/support/haproxy-server.ts';
import { PREFIX, startThrowawayServer, type ThrowawayServer } from '#test/support/postgres-server.ts';
import { productApi, TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import {
  type ProductProcess,
  type ServeProcess,
  type Settings,
  startServe,
  startWorkerProcess,
} from '#test/support/serve-process.ts';
import { until } from '#test/support/server.ts';

const USERS = 90;

interface JobEvent {
  readonly id: string;
  readonly data: { readonly status: string };
}

describe(
  'two API processes behind HAProxy, which sends nobody back to where he was',
  {
    skip: WITHOUT_HAPROXY ?? false,
  },
  () => {
    const folder = mkdtempSync(join(tmpdir(), PREFIX));
    const servers: ServeProcess[] = [];
    let postgres: ThrowawayServer;
    let worker: ProductProcess;
    let proxy: HaProxy;
    let holding: Client;
    let settings: Settings;

    before(async () => {
      postgres = await startThrowawayServer();
      holding = new Client({ connectionString: postgres.url });
      await holding.connect();
      settings = {
        DATABASE_URL: postgres.url,
        STORAGE_PATH: join(folder, 'files'),
        BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
        WORKER_POLL_INTERVAL: '500ms',
        // HAProxy notices within half a second.
        SHUTDOWN_DELAY: '2s',
      };
      for (const at of [0, 1]) servers.push(await startApi(at));
      worker = await startWorkerProcess(join(folder, 'worker'), settings);
      proxy = await startHaProxy(servers.map(({ url }) => url));
      const file = join(folder, 'yob2001.txt');
      writeFileSync(file, 'Emma,F,10\nOlivia,F,5\n');
      await productApi({ url: proxy.url, key: TEST_ADMIN_KEY }).imported(file);
    });
    after(async () => {
      await Promise.allSettled([worker?.stop(), ...servers.map((server) => server.stop())]);
      await proxy?.stop();
      await holding?.end();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** On the port where it was before, if it was. */
    function startApi(at: number): Promise<ServeProcess> {
      const port = servers[at] ? { SERVER_PORT: new URL(servers[at].url).port } : {};
      return startServe(join(folder, `api-${at}`), { ...settings, ...port, WORKER_CONCURRENCY: '0' });
    }

    function ask(path: string, init: RequestInit = {}): Promise<Response> {
      const headers = { authorization: `Bearer ${TEST_ADMIN_KEY}`, ...(init.headers as object) };
      return fetch(new URL(path, proxy.url), { ...init, headers });
    }

    function sendUsers(prefix: string, users: number): Promise<Response> {
      const form = new FormData();
      form.set('resource_type', 'users');
      const rows = Array.from({ length: users }, (_, at) => `${prefix}${at}@example.org,${prefix}${at}`);
      form.set('file', new Blob([['email,username', ...rows, ''].join('\n')]), 'users.csv');
      const headers = { 'idempotency-key': `import-${prefix}` };
      return ask('/v1/imports', { method: 'POST', headers, body: form });
    }

    /** Events after `lastEventId` until one that `isLast`, or the end of the stream; and who sent them. */
    async function events(
      path: string,
      lastEventId: string,
      isLast: (event: JobEvent) => boolean,
    ): Promise<{ by: string; found: JobEvent[] }> {
      const response = await ask(path, { headers: { 'last-event-id': lastEventId } });
      assert.equal(response.status, 200);
      const found: JobEvent[] = [];
      let text = '';
      const body = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream());
      for await (const chunk of body) {
        const blocks = (text + chunk).split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const id = /^id: ?(.*)$/m.exec(block)?.[1];
          const data = /^data: ?(.*)$/m.exec(block)?.[1];
          if (id !== undefined && data) found.push({ id, data: JSON.parse(data) as JobEvent['data'] });
        }
        if (found.some(isLast)) break;
      }
      return { by: servedBy(response), found };
    }

    test('an upload that is repeated at the other server with its key is the same import', async () => {
      const first = await sendUsers('a', USERS);
      const second = await sendUsers('a', USERS);
      assert.deepEqual([first.status, second.status], [202, 200]);
      assert.notEqual(servedBy(first), servedBy(second));
      const [one, two] = (await Promise.all([first.json(), second.json()])) as { job_id: string }[];
      assert.equal(one?.job_id, two?.job_id);
      await until(async () => {
        const view = (await (await ask(`/v1/imports/${one?.job_id}`)).json()) as { status: string };
        return view.status === 'completed';
      }, 'it is imported');
    });

    test('pages begun at one server go on at the other', async () => {
      const names: string[] = [];
      const by: string[] = [];
      let cursor: string | null = '';
      do {
        const page = await ask(`/v1/users?limit=20${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
        by.push(servedBy(page));
        const { data, meta } = (await page.json()) as {
          data: { username: string }[];
          meta: { next_cursor: string | null };
        };
        names.push(...data.map(({ username }) => username));
        cursor = meta.next_cursor;
      } while (cursor !== null);
      assert.equal(names.length, USERS);
      assert.equal(new Set(names).size, USERS);
      by.slice(1).forEach((server, at) => assert.notEqual(server, by[at]));
    });

    test('events of a job go on at the other server after the last one that the client has', async () => {
      await holding.query('BEGIN');
      await holding.query('LOCK TABLE users IN EXCLUSIVE MODE');
      const { job_id: id } = (await (await sendUsers('b', USERS)).json()) as { job_id: string };
      const path = `/v1/imports/${id}/events`;
      const begun = await events(path, '', ({ data }) => data.status === 'running');
      const known = begun.found.at(-1)?.id ?? '';
      const going = events(path, known, ({ data }) => data.status === 'completed');
      await holding.query('ROLLBACK');
      const gone = await going;
      assert.notEqual(gone.by, begun.by);
      assert.ok(gone.found.every((event) => !begun.found.some((former) => former.id === event.id)));
      const last = gone.found.at(-1);
      assert.equal(last?.data.status, 'completed');
      // Whoever knows that it is over is told not to come back.
      const over = await ask(path, { headers: { 'last-event-id': last?.id ?? '' } });
      assert.equal(over.status, 204);
    });

    test('one server after the other is stopped and started again, and no request fails', async () => {
      let isEnding = false;
      let sent = 0;
      const statuses = new Map<string, number>();
      const note = async (what: string, answer: Promise<Response>): Promise<void> => {
        const response = await answer.catch((error: Error) => error);
        const status =
          response instanceof Error ? `${response.message}: ${String(response.cause)}` : response.status;
        if (response instanceof Response) await response.arrayBuffer();
        statuses.set(`${what} ${status}`, (statuses.get(`${what} ${status}`) ?? 0) + 1);
      };
      const clients = Array.from({ length: 6 }, async (_, client) => {
        while (!isEnding) {
          if (client === 0) await note('upload', sendUsers(`c${sent++}-`, 2));
          else if (client < 3) await note('list', ask('/v1/users?limit=10'));
          else await note('trend', ask('/v1/names/Emma/trend?country=US&gender=F'));
        }
      });
      const isServing = (at: number) => async (): Promise<boolean> => {
        const response = await ask('/ready');
        return servedBy(response) === String(at);
      };
      try {
        for (const at of [0, 1, 0]) {
          await servers[at]?.stop();
          servers[at] = await startApi(at);
          await until(isServing(at), `server ${at} is asked again`);
        }
      } finally {
        isEnding = true;
        await Promise.all(clients);
      }
      assert.deepEqual([...statuses.keys()].sort(), ['list 200', 'trend 200', 'upload 202']);
      assert.ok((statuses.get('trend 200') ?? 0) > 100);
      // Each upload became one import, also those that went to a second server.
      const { rows } = await holding.query<{ jobs: number }>('SELECT count(*)::int AS jobs FROM import_jobs');
      assert.equal(rows[0]?.jobs, sent + 2);
    });
  },
);

function servedBy(response: Response): string {
  return response.headers.get(SERVED_BY) ?? '';
}
