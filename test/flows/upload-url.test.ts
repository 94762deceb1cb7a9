import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';
import { until } from '../faults/jobs-support.ts';

const ROWS = 'Mary,F,10\nAnna,F,7\nJohn,M,9\n';

/** What a server of an office has at a path; requests that are not answered wait here. */
const files = new Map<string, string | Buffer>();
const waiting: ServerResponse[] = [];
const office = createServer(({ url = '' }, response) => {
  if (url.startsWith('/silent')) return void waiting.push(response);
  const file = files.get(url);
  if (file === undefined) response.writeHead(404).end();
  else response.end(file);
});
await new Promise<void>((resolve) => office.listen(0, '127.0.0.1', resolve));
after(() => {
  office.closeAllConnections();
  office.close();
});
const host = `127.0.0.1:${(office.address() as AddressInfo).port}`;
const names = await startNamesServer(await testDatabase(), {
  maxUploadBytes: 10_000,
  sourceRules: { allowedHosts: [host] },
});

function addressOf(path: string, content?: string | Buffer): string {
  if (content !== undefined) files.set(path, content);
  return `http://${host}${path}`;
}

async function count(): Promise<[datasets: number, files: number]> {
  const { body } = await names.request('GET', '/v1/datasets?limit=1000');
  return [body.data.length, (await names.storedFiles()).length];
}

/** Sends an address, expects 202, waits for the end; answers the dataset. */
// oxlint-disable-next-line typescript/no-explicit-any
async function fetched(url: string, fields: object = { country_id: 'US' }): Promise<any> {
  const { status, body } = await names.request('POST', '/v1/datasets', { url, ...fields });
  assert.deepEqual([status, body.data?.status], [202, 'pending'], JSON.stringify(body));
  return names.settled(body.data.dataset_id);
}

test('an address becomes a dataset like an upload: fetched, kept, published', async () => {
  const url = addressOf('/names/yob1905.txt?v=1', ROWS);
  const fields = { country_id: 'us', metadata: { edition: '2024' }, max_errors: 0, dry_run: false };
  const dataset = await fetched(url, fields);
  assert.deepEqual(
    [dataset.status, dataset.published, dataset.row_count, dataset.country, dataset.parser, dataset.years],
    ['completed', true, 3, 'US', 'us_ssa', { from: 1905, to: 1905 }],
  );
  assert.deepEqual(
    [dataset.filename, dataset.source_url, dataset.file_size, dataset.checksum, dataset.edition],
    ['yob1905.txt', url, ROWS.length, hash('sha256', ROWS), '2024'],
  );
  const whole = await fetch(`${names.url}/v1/datasets/${dataset.id}/file`);
  assert.equal(await whole.text(), ROWS);
});

test('country and parser may be left to the file', async () => {
  const url = addressOf('/CA.TXT', 'CA,F,1910,Mary,295\nCA,F,1910,Helen,239\n');
  const dataset = await fetched(url, {});
  assert.deepEqual([dataset.status, dataset.country, dataset.parser], ['completed', 'US', 'us_ssa_state']);
});

test('until it is fetched, what is not known is null', async () => {
  const url = addressOf('/silent/names.zip');
  const { body } = await names.request('POST', '/v1/datasets', { url });
  const { dataset_id: id } = body.data;
  const show = async () => (await names.request('GET', `/v1/datasets/${id}`)).body.data;
  await until('it is fetched', async () => (await show()).phase === 'fetching' && waiting.length > 0);
  const data = await show();
  assert.deepEqual(
    [data.status, data.phase, data.filename, data.country, data.parser, data.file_size, data.checksum],
    ['processing', 'fetching', 'names.zip', null, null, null, null],
  );
  const list = await names.request('GET', '/v1/datasets?status=processing');
  assert.deepEqual(
    list.body.data.map((dataset: { id: string }) => dataset.id),
    [id],
  );
  assert.equal((await names.request('GET', `/v1/datasets/${id}/file`)).body.error.code, 'file_not_found');
  const before = (await names.storedFiles()).length;
  assert.equal((await names.request('POST', `/v1/datasets/${id}/cancel`)).status, 202);
  assert.equal((await names.settled(id)).status, 'canceled');
  assert.equal((await names.storedFiles()).length, before);
  assert.equal((await names.request('DELETE', `/v1/datasets/${id}`)).status, 200);
});

const atOnce: Readonly<Record<string, readonly [object, number, string]>> = {
  'a private address': [{ url: 'http://10.0.0.1/names.zip' }, 422, 'url_not_allowed'],
  'another port': [{ url: 'http://127.0.0.1:1/names.zip' }, 422, 'url_not_allowed'],
  'another scheme': [{ url: 'file:///etc/passwd' }, 422, 'url_not_allowed'],
  'a country that is none': [{ url: `http://${host}/`, country_id: 'XX' }, 422, 'country_unknown'],
  'a parser that is none': [{ url: `http://${host}/`, parser: 'nobody' }, 422, 'parser_unknown'],
  'a parser of another country': [
    { url: `http://${host}/`, country_id: 'GB', parser: 'us_ssa' },
    422,
    'format_mismatch',
  ],
  'an unknown dataset to amend': [
    { url: `http://${host}/`, amends: '00000000-0000-4000-8000-000000000000' },
    422,
    'amends_mismatch',
  ],
  'an unknown field': [{ url: `http://${host}/`, colour: 'red' }, 400, 'invalid_request'],
  'a year that is none': [{ url: `http://${host}/`, year: 1799 }, 400, 'invalid_request'],
};
for (const [title, [body, status, code]] of Object.entries(atOnce)) {
  test(`${title} is refused at once as ${code}, and nothing is kept`, async () => {
    const before = await count();
    const answer = await names.request('POST', '/v1/datasets', body);
    assert.deepEqual([answer.status, answer.body.error?.code], [status, code], JSON.stringify(answer.body));
    assert.deepEqual(await count(), before);
  });
}

const later: Readonly<
  Record<string, readonly [string, string | Buffer | undefined, object, string, RegExp]>
> = {
  'what is not there': ['/none.zip', undefined, {}, 'url_status', /did not answer with a file/],
  'too much': ['/yob1906.txt', ROWS.repeat(1000), {}, 'url_too_large', /larger/],
  nothing: ['/empty.txt', '', {}, 'empty_file', /./],
  'another layout': ['/yob1906.txt', ROWS, { country_id: 'GB' }, 'format_mismatch', /It fits us_ssa of US/],
  'no layout that is known': ['/a.csv', 'rang;nom\n1;Marie\n', {}, 'country_required', /No parser reads/],
  'no year': ['/names.txt', ROWS, { country_id: 'US' }, 'year_required', /year/],
  'a damaged archive': [
    '/a.zip',
    craftZip([{ name: 'a', data: ROWS }]).subarray(0, -30),
    {},
    'archive_damaged',
    /./,
  ],
};
for (const [title, [path, content, fields, code, message]] of Object.entries(later)) {
  test(`${title} is the end of the job with ${code}, and no file is kept`, async () => {
    const [, before] = await count();
    files.delete(path);
    const dataset = await fetched(addressOf(path, content), fields);
    assert.deepEqual([dataset.status, dataset.error_code, dataset.checksum], ['failed', code, null]);
    assert.match(dataset.error_message, message);
    assert.equal((await count())[1], before);
  });
}

test('bytes that are a dataset already are told by the job, which names it; unless they are meant', async () => {
  const url = addressOf('/yob1907.txt', ROWS.replace('10', '11'));
  const first = await fetched(url);
  const [, before] = await count();
  const second = await fetched(url);
  assert.deepEqual([second.status, second.error_code], ['failed', 'duplicate_file']);
  assert.match(second.error_message, new RegExp(first.id));
  assert.equal((await count())[1], before);
  assert.equal((await fetched(url, { country_id: 'US', allow_duplicate: true })).status, 'completed');
});

test('of the same bytes from several addresses at once one becomes a dataset', async () => {
  const rows = ROWS.replace('10', '12');
  const urls = [1, 2, 3, 4].map((part) => addressOf(`/${part}/yob1908.txt`, rows));
  const ends = await Promise.all(urls.map((url) => fetched(url)));
  const refused = ends.filter(({ error_code: code }) => code === 'duplicate_file');
  const completed = ends.filter(({ status }) => status === 'completed');
  assert.deepEqual([refused.length, completed.length], [3, 1]);
});

test('a dataset whose file could not be fetched is fetched by reprocess, and can be deleted', async () => {
  files.delete('/late.txt');
  const { id } = await fetched(addressOf('/late.txt'), { year: 1909 });
  addressOf('/late.txt', ROWS.replace('10', '13'));
  const { status, body } = await names.request('POST', `/v1/datasets/${id}/reprocess`, { parser: 'us_ssa' });
  assert.deepEqual([status, body.data.status], [202, 'pending']);
  const dataset = await names.settled(id);
  assert.deepEqual([dataset.status, dataset.country, dataset.published], ['completed', 'US', true]);
  assert.equal((await names.request('DELETE', `/v1/datasets/${id}`)).status, 200);
});

test('inspect and validate take an address as well, and keep nothing', async () => {
  const before = await count();
  const url = addressOf('/yob1910.txt', ROWS);
  const { status, body } = await names.request('POST', '/v1/datasets/inspect', { url, country_id: 'US' });
  assert.equal(status, 200, JSON.stringify(body));
  const { filename, size, checksum, parsers } = body.data;
  assert.deepEqual([filename, size, checksum], ['yob1910.txt', ROWS.length, hash('sha256', ROWS)]);
  assert.deepEqual(
    parsers.filter(({ fits }: { fits: boolean }) => fits).map(({ parser }: { parser: string }) => parser),
    ['us_ssa'],
  );
  const valid = await names.request('POST', '/v1/parsers/us_ssa/validate', { url });
  assert.equal(valid.body.data.fits, true);
  for (const path of ['/v1/datasets/inspect', '/v1/parsers/us_ssa/validate']) {
    const refused = await names.request('POST', path, { url: 'http://169.254.169.254/' });
    assert.deepEqual([refused.status, refused.body.error.code], [422, 'url_not_allowed']);
  }
  assert.deepEqual(await count(), before);
});

test('whoever leaves while a file is fetched to be looked at stops that', async () => {
  const [, before] = await count();
  const asked = waiting.length;
  const leave = new AbortController();
  const look = fetch(`${names.url}/v1/datasets/inspect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: addressOf('/silent/a.txt') }),
    signal: leave.signal,
  });
  await until('the server is asked', () => Promise.resolve(waiting.length > asked));
  leave.abort();
  await assert.rejects(look);
  await until('the connection is closed', () => Promise.resolve(waiting.at(-1)?.destroyed === true));
  assert.equal((await count())[1], before);
});

test('under an Idempotency-Key an address makes one dataset', async () => {
  const url = addressOf('/yob1911.txt', ROWS.replace('10', '14'));
  const send = (body: object): ReturnType<typeof names.request> =>
    names.request('POST', '/v1/datasets', body, { 'idempotency-key': 'by address' });
  const first = await send({ url, country_id: 'US' });
  await names.settled(first.body.data.dataset_id);
  const second = await send({ country_id: 'US', url });
  assert.deepEqual([first.status, second.status], [202, 200]);
  assert.equal(second.headers.get('idempotent-replayed'), 'true');
  assert.deepEqual(
    [second.body.data.dataset_id, second.body.data.status],
    [first.body.data.dataset_id, 'completed'],
  );
  const other = await send({ url, country_id: 'US', year: 1911 });
  assert.deepEqual([other.status, other.body.error.code], [422, 'idempotency_key_reused']);
});

test('a file by address may amend a dataset', async () => {
  const first = await fetched(addressOf('/yob1912.txt', ROWS));
  const url = addressOf('/more/yob1912.txt', 'Ruth,F,5\n');
  const more = await fetched(url, { country_id: 'US', amends: first.id });
  assert.deepEqual([more.status, more.amends, more.row_count], ['completed', first.id, 4]);
  const wrong = await fetched(addressOf('/AK.TXT', 'AK,F,1912,Mary,295\n'), { amends: first.id });
  assert.deepEqual([wrong.status, wrong.error_code], ['failed', 'amends_mismatch']);
});
