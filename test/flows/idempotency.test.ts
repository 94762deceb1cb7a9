import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const names = await startNamesServer(await testDatabase());

const ROWS = 'Mary,F,10\nAnna,F,7\nJohn,M,9\n';

interface Answer {
  readonly status: number;
  readonly replayed: string | null;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function post(
  key: string,
  file: string,
  content = ROWS,
  fields: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [field, value] of Object.entries({ country_id: 'US', ...fields })) form.set(field, value);
  form.set('file', new Blob([content]), file);
  const headers = { 'idempotency-key': key };
  const response = await fetch(`${names.url}/v1/datasets`, { method: 'POST', headers, body: form });
  const replayed = response.headers.get('idempotent-replayed');
  return { status: response.status, replayed, body: await response.json() };
}

async function countDatasets(): Promise<number> {
  const { body } = await names.request('GET', '/v1/datasets?limit=1000');
  return body.data.length;
}

function countRows(text: string, value: string): Promise<number> {
  return names.pool.run('count rows', { text, values: [value] });
}

test('the same request again is answered with the same dataset in its present state', async () => {
  const first = await post('again', 'yob1901.txt');
  assert.deepEqual([first.status, first.replayed, first.body.data.status], [202, null, 'pending']);
  await names.settled(first.body.data.dataset_id);
  const files = await names.storedFiles();
  const second = await post('again', 'yob1901.txt');
  assert.deepEqual([second.status, second.replayed], [200, 'true']);
  assert.deepEqual(
    [second.body.data.dataset_id, second.body.data.job_id, second.body.data.status],
    [first.body.data.dataset_id, first.body.data.job_id, 'completed'],
  );
  assert.deepEqual(await names.storedFiles(), files);
});

test('the order of the parts and quotation marks around the key make no difference', async () => {
  const first = await post('quoted', 'yob1902.txt', ROWS, { mode: 'atomic' });
  const form = new FormData();
  form.set('file', new Blob([ROWS]), 'yob1902.txt');
  form.set('mode', 'atomic');
  form.set('country_id', 'US');
  const headers = { 'idempotency-key': '"quoted"' };
  const second = await fetch(`${names.url}/v1/datasets`, { method: 'POST', headers, body: form });
  assert.equal(second.status, 200);
  const { data } = (await second.json()) as typeof first.body;
  assert.equal(data.dataset_id, first.body.data.dataset_id);
});

test('another request under a used key is refused, whatever differs', async () => {
  await post('used', 'yob1903.txt');
  const before = await countDatasets();
  const others = [
    await post('used', 'yob1904.txt'),
    await post('used', 'yob1903.txt', `${ROWS}Zoe,F,5\n`),
    await post('used', 'yob1903.txt', ROWS, { dry_run: 'true' }),
  ];
  for (const { status, body } of others) {
    assert.deepEqual([status, body.error.code], [422, 'idempotency_key_reused']);
  }
  assert.equal(await countDatasets(), before);
});

test('a refused request leaves its key free, and no file', async () => {
  const files = await names.storedFiles();
  const refused = await post('free', 'yob1905.txt', '');
  assert.deepEqual([refused.status, refused.body.error.code], [422, 'empty_file']);
  assert.deepEqual(await names.storedFiles(), files);
  assert.equal((await post('free', 'yob1905.txt')).status, 202);
});

test('without a key every request stands for itself, and the net of equal bytes is still there', async () => {
  const first = await names.upload('yob1906.txt', ROWS);
  const second = await names.upload('yob1906.txt', ROWS);
  assert.deepEqual([first.status, second.status, second.body.error.code], [202, 409, 'duplicate_file']);
  const replay = await post('net', 'yob1906.txt', ROWS, { allow_duplicate: 'true' });
  assert.equal(replay.status, 202);
});

test('a key that is none is refused', async () => {
  for (const key of ['', '"half', 'k'.repeat(256), 'caf\u00e9']) {
    const { status, body } = await post(key, 'yob1907.txt');
    assert.deepEqual([status, body.error.code], [400, 'invalid_idempotency_key'], JSON.stringify(key));
  }
});

test('100 copies of one request at once make one dataset and one job', async () => {
  const before = await countDatasets();
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 100 }, () => post(key, 'yob1908.txt')));
  const made = answers.filter(({ status }) => status === 202);
  assert.equal(made.length, 1);
  const id = made[0]?.body.data.dataset_id;
  for (const { status, body } of answers) {
    if (status === 409) assert.equal(body.error.code, 'idempotency_in_progress');
    else assert.equal(body.data.dataset_id, id);
  }
  assert.equal(await countDatasets(), before + 1);
  assert.equal(await countRows('SELECT FROM jobs WHERE dataset_id = $1', id), 1);
  assert.equal((await post(key, 'yob1908.txt')).status, 200);
});

test('a copy of a request that is still being received hears so at once, before its own body has come', async () => {
  const slow = openUpload('slow');
  slow.write(formHead('yob1909.txt'));
  await untilKeyIsHeld('slow');
  const copy = openUpload('slow');
  // More than the sockets between the two hold, so that it can only be answered without being read.
  copy.write(formHead('yob1909.txt'));
  copy.write(Buffer.alloc(8_000_000, ROWS));
  const { status, headers, body } = await copy.answer;
  assert.deepEqual([status, headers.connection, headers['retry-after']], [409, 'close', '1']);
  assert.equal(body.error.code, 'idempotency_in_progress');
  slow.end(`${ROWS}\r\n--x--\r\n`);
  assert.equal((await slow.answer).status, 202);
});

test('a client that leaves in the middle frees its key', async () => {
  const left = openUpload('left');
  left.answer.catch(() => {});
  left.write(formHead('yob1910.txt'));
  await untilKeyIsHeld('left');
  left.destroy();
  const deadline = performance.now() + 60_000;
  for (let status = 409; status !== 202;) {
    assert.ok(performance.now() < deadline, `still ${status}`);
    ({ status } = await post('left', 'yob1910.txt'));
  }
});

test('a request that lost its lease to another makes nothing', async () => {
  const slow = openUpload('lost');
  slow.write(formHead('yob1911.txt'));
  await untilKeyIsHeld('lost');
  await countRows('UPDATE idempotency_keys SET lease_expires_at = now() WHERE key = $1', 'lost');
  const files = await names.storedFiles();
  const taken = await post('lost', 'yob1911.txt');
  assert.equal(taken.status, 202);
  slow.end(`${ROWS}\r\n--x--\r\n`);
  const { status, body } = await slow.answer;
  // The net of equal bytes may come first.
  assert.equal(status, 409, JSON.stringify(body));
  assert.equal((await names.storedFiles()).length, files.length + 1);
  const again = await post('lost', 'yob1911.txt');
  assert.deepEqual([again.status, again.body.data.dataset_id], [200, taken.body.data.dataset_id]);
});

test('of two that hold a key one after the other only the later makes something', async () => {
  const slow = openUpload('later');
  slow.write(formHead('yob1912.txt', { allow_duplicate: 'true' }));
  await untilKeyIsHeld('later');
  await countRows('UPDATE idempotency_keys SET lease_expires_at = now() WHERE key = $1', 'later');
  const before = await countDatasets();
  assert.equal((await post('later', 'yob1912.txt', ROWS, { allow_duplicate: 'true' })).status, 202);
  slow.end(`${ROWS}\r\n--x--\r\n`);
  const { status, body } = await slow.answer;
  assert.deepEqual([status, body.error.code], [409, 'idempotency_in_progress']);
  assert.equal(await countDatasets(), before + 1);
});

interface OpenUpload {
  readonly answer: Promise<{
    readonly status: number;
    readonly headers: NodeJS.Dict<string | string[]>;
    // oxlint-disable-next-line typescript/no-explicit-any
    readonly body: any;
  }>;
  write(bytes: string | Buffer): void;
  end(bytes: string): void;
  destroy(): void;
}

function openUpload(key: string): OpenUpload {
  const answer = Promise.withResolvers<Awaited<OpenUpload['answer']>>();
  const sent = httpRequest(`${names.url}/v1/datasets`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'idempotency-key': key },
  });
  sent.on('error', answer.reject);
  sent.on('response', (response) => {
    response
      .toArray()
      .then((chunks: Buffer[]) => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        answer.resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      })
      .catch(answer.reject);
  });
  return {
    answer: answer.promise,
    write: (bytes) => void sent.write(bytes),
    end: (bytes) => void sent.end(bytes),
    destroy: () => void sent.destroy(),
  };
}

function formHead(filename: string, fields: Readonly<Record<string, string>> = {}): string {
  const texts = Object.entries({ country_id: 'US', ...fields }).map(
    ([field, value]) => `--x\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
  );
  return (
    texts.join('') + `--x\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n\r\n`
  );
}

async function untilKeyIsHeld(key: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (let held = false; !held;) {
    assert.ok(performance.now() < deadline, `the key ${key} is not held`);
    held = (await countRows('SELECT FROM idempotency_keys WHERE key = $1', key)) === 1;
  }
}
