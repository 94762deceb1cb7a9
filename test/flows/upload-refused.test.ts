import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const names = await startNamesServer(await testDatabase(), { maxUploadBytes: 100_000 });

const GOOD = 'Mary,F,10\nAnna,F,7\nJohn,M,9\n';

async function countDatasets(): Promise<number> {
  const { body } = await names.request('GET', '/v1/datasets?limit=1000');
  return body.data.length;
}

const many = Buffer.alloc(30_000_000, 'Mary,F,10\n');
const bomb = craftZip([{ name: 'yob1905.txt', data: many }]);
const truncated = craftZip([{ name: 'yob1905.txt', data: GOOD }]).subarray(0, -20);

const refusals: Record<
  string,
  [name: string, content: string | Buffer, fields: object, status: number, code: string]
> = {
  'an empty file': ['yob1905.txt', '', {}, 422, 'empty_file'],
  'blank lines alone': ['yob1905.txt', '\n\n', {}, 422, 'empty_file'],
  'a binary file': [
    'yob1905.txt',
    Buffer.from(Array.from({ length: 999 }, (_, at) => (at * 7) % 256)),
    {},
    422,
    'not_text',
  ],
  'a PDF': ['yob1905.txt', '%PDF-1.4\n', {}, 422, 'not_text'],
  'a truncated zip': ['names.zip', truncated, {}, 422, 'archive_damaged'],
  'a bomb': ['names.zip', bomb, {}, 422, 'archive_limit'],
  'an archive in an archive': [
    'a.zip',
    craftZip([{ name: 'yob1905.zip', data: truncated }]),
    {},
    422,
    'archive_nested',
  ],
  'a country without a parser that fits': ['yob1905.txt', GOOD, { country_id: 'GB' }, 422, 'format_mismatch'],
  'another layout': ['names.csv', 'rang;nom\n1;Marie\n', {}, 422, 'format_mismatch'],
  'a parser of another layout': ['yob1905.txt', GOOD, { parser: 'us_ssa_state' }, 422, 'format_mismatch'],
  'a parser of another country': [
    'yob1905.txt',
    GOOD,
    { country_id: 'GB', parser: 'us_ssa' },
    422,
    'format_mismatch',
  ],
  'an unknown parser': ['yob1905.txt', GOOD, { parser: 'us_ssb' }, 422, 'parser_unknown'],
  'an unknown country': ['yob1905.txt', GOOD, { country_id: 'ZZ' }, 422, 'country_unknown'],
  'a country that is none': ['yob1905.txt', GOOD, { country_id: 'Sweden' }, 400, 'invalid_country_id'],
  'an empty country': ['yob1905.txt', GOOD, { country_id: '' }, 400, 'missing_country_id'],
  'no country and no layout': [
    'names.csv',
    'rang;nom\n1;Marie\n',
    { country_id: undefined },
    422,
    'country_required',
  ],
  'no year': ['names.txt', GOOD, {}, 422, 'year_required'],
  'two years': ['yob1905.txt', GOOD, { year: '1906' }, 422, 'year_conflict'],
  'more bytes than allowed': ['yob1905.txt', GOOD.repeat(4000), {}, 413, 'file_too_large'],
  'an unknown dataset to amend': [
    'yob1905.txt',
    GOOD,
    { amends: '00000000-0000-4000-8000-000000000000' },
    422,
    'amends_mismatch',
  ],
};

for (const [title, [name, content, fields, status, code]] of Object.entries(refusals)) {
  test(`${title} is refused as ${code}, and nothing is kept`, async () => {
    const before = [await countDatasets(), (await names.storedFiles()).length];
    const all = Object.entries({ country_id: 'US', ...fields }).filter(([, value]) => value !== undefined);
    const { status: answered, body } = await names.upload(name, content, Object.fromEntries(all));
    assert.deepEqual([answered, body.error?.code], [status, code], JSON.stringify(body));
    assert.deepEqual([await countDatasets(), (await names.storedFiles()).length], before);
  });
}

test('a mismatch says what is expected, what was found and what would fit', async () => {
  const { body } = await names.upload('yob1905.txt', GOOD, { country_id: 'GB' });
  assert.match(body.error.message, /3 columns separated by comma, first row "Mary, F, 10"/);
  assert.match(body.error.message, /It fits us_ssa of US/);
  const other = await names.upload('names.csv', 'rang;nom\n1;Marie\n');
  assert.match(other.body.error.message, /us_ssa: no header; name,sex/);
  assert.match(other.body.error.message, /2 columns separated by semicolon, header "rang; nom"/);
});

test('every wrong field is named at once', async () => {
  const fields = {
    year: '1799',
    gender: 'X',
    mode: 'half',
    max_errors: '-1',
    max_error_ratio: '2',
    dry_run: 'yes',
    colour: 'red',
    metadata: '[]',
  };
  const { status, body } = await names.upload('yob1905.txt', GOOD, fields);
  assert.deepEqual([status, body.error.code], [400, 'invalid_request']);
  const named = body.error.details.map(({ field }: { field: string }) => field);
  assert.deepEqual(named.sort(), Object.keys(fields).sort());
});

test('a request without a file is told what to do', async () => {
  const form = new FormData();
  form.set('country_id', 'US');
  const response = await fetch(`${names.url}/v1/datasets`, { method: 'POST', body: form });
  assert.equal(response.status, 400);
  assert.equal(((await response.json()) as { error: { code: string } }).error.code, 'missing_file');
  const json = await names.request('POST', '/v1/datasets', { country_id: 'US' });
  assert.deepEqual([json.status, json.body.error.code], [400, 'invalid_request']);
});

test('a file far beyond the limit is answered all the same, and only as much as needed is kept of it', async () => {
  const before = (await names.storedFiles()).length;
  const { status, body } = await names.upload('yob1905.txt', Buffer.alloc(50_000_000, GOOD));
  assert.deepEqual([status, body.error.code], [413, 'file_too_large']);
  assert.equal(body.error.details.max_bytes, 100_000);
  assert.equal((await names.storedFiles()).length, before);
});

test('a client that leaves in the middle of a file leaves nothing behind', async () => {
  const before = (await names.storedFiles()).length;
  const request = httpRequest(`${names.url}/v1/datasets`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 50_000 },
  });
  request.on('error', () => undefined);
  request.write(
    '--x\r\nContent-Disposition: form-data; name="file"; filename="yob1905.txt"\r\n\r\nMary,F,10\n',
  );
  await until(async () => (await names.storedFiles()).length > before);
  request.destroy();
  await until(async () => (await names.storedFiles()).length === before);
});

/** A body as it is written here; `file` is the text of a part that opens with its header. */
async function postRaw(...parts: string[]): Promise<{ status: number; code: string; details: unknown }> {
  const body = parts.join('');
  const response = await fetch(`${names.url}/v1/datasets`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body,
  });
  const { error } = (await response.json()) as { error: { code: string; details: unknown } };
  return { status: response.status, code: error.code, details: error.details };
}

const part = (field: string, content: string, file = ''): string =>
  `--x\r\nContent-Disposition: form-data; name="${field}"${file && `; filename="${file}"`}\r\n\r\n${content}\r\n`;
const END = '--x--\r\n';

const broken: Record<string, [parts: string[], details: unknown]> = {
  'a second file': [
    [part('file', GOOD, 'yob1905.txt'), part('file', GOOD, 'yob1906.txt'), END],
    [{ field: 'file', message: 'was sent more than once' }],
  ],
  'a file under another name': [
    [part('file', GOOD, 'yob1905.txt'), part('file2', GOOD, 'yob1906.txt'), END],
    [{ field: 'file2', message: 'file2 is not a file that is known here' }],
  ],
  'a field that is too long': [
    [part('file', GOOD, 'yob1905.txt'), part('metadata', 'x'.repeat(1_100_000)), END],
    [{ field: 'metadata', message: 'is too long' }],
  ],
  'a second file of many bytes': [
    [part('file', GOOD, 'yob1905.txt'), part('file', GOOD.repeat(500_000), 'yob1906.txt'), END],
    [{ field: 'file', message: 'was sent more than once' }],
  ],
  'a field that is too long before a file of many bytes': [
    [part('metadata', 'x'.repeat(1_100_000)), part('file', GOOD.repeat(500_000), 'yob1905.txt'), END],
    [{ field: 'metadata', message: 'is too long' }],
  ],
  'a field that comes twice': [
    [part('year', '1905'), part('year', '1905'), part('file', GOOD, 'yob1905.txt'), END],
    [{ field: 'year', message: 'was sent more than once' }],
  ],
};

for (const [title, [parts, details]] of Object.entries(broken)) {
  test(`${title} is refused, and nothing is kept`, async () => {
    const before = await names.storedFiles();
    assert.deepEqual(await postRaw(...parts), { status: 400, code: 'invalid_request', details });
    await keepsNothingMoreThan(before);
  });
}

test('a body that ends in the middle of the file is refused, and nothing is kept', async () => {
  const before = await names.storedFiles();
  const { status, code } = await postRaw(part('file', GOOD, 'yob1905.txt'));
  assert.deepEqual([status, code], [400, 'upload_failed']);
  await keepsNothingMoreThan(before);
});

/** The part of a file that was being written goes a moment after the answer, that of an earlier test even later. */
async function keepsNothingMoreThan(before: readonly string[]): Promise<void> {
  const known = new Set(before);
  await until(async () => (await names.storedFiles()).every((file) => known.has(file)));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isTrue())) assert.ok(performance.now() < deadline);
}
