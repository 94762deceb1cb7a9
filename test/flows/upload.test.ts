import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const names = await startNamesServer(await testDatabase(), { maxUploadBytes: 100_000 });

const GOOD = 'Mary,F,10\nAnna,F,7\nJohn,M,9\n';

async function countDatasets(): Promise<number> {
  const { body } = await names.request('GET', '/v1/datasets?limit=1000');
  return body.data.length;
}

test('a text, a zip and a gzip file are imported alike', async () => {
  const zip = craftZip([
    { name: 'yob1902.txt', data: GOOD },
    { name: 'NationalReadMe.pdf', data: '%PDF-1.4' },
  ]);
  const files = [
    ['yob1901.txt', GOOD],
    ['names.zip', zip],
    ['yob1903.txt.gz', gzipSync(GOOD)],
  ] as const;
  for (const [name, content] of files) {
    const dataset = await names.imported(name, content);
    assert.deepEqual(
      [dataset.status, dataset.published, dataset.row_count, dataset.parser],
      ['completed', true, 3, 'us_ssa'],
      name,
    );
    const whole = await fetch(`${names.url}/v1/datasets/${dataset.id}/file`);
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), Buffer.from(content));
  }
});

test('the answer to an upload says where to look', async () => {
  const { status, headers, body } = await names.upload('yob1904.txt', GOOD);
  assert.equal(status, 202);
  assert.equal(headers.get('location'), `/v1/datasets/${body.data.dataset_id}`);
  assert.equal(headers.get('retry-after'), '1');
  assert.equal(body.data.status, 'pending');
  assert.match(body.data.message, /received/);
  const dataset = await names.settled(body.data.dataset_id);
  assert.equal(dataset.job_id, body.data.job_id);
});

test('fields may come before the file, the country may be left to detection, and a state file has areas', async () => {
  const form = new FormData();
  form.set('metadata', '{"edition":"2024","note":"Zoë"}');
  form.set('file', new Blob(['CA,F,1910,Mary,295\nCA,F,1910,Helen,239\nTX,M,1911,John,12\n']), 'CA.TXT');
  const response = await fetch(`${names.url}/v1/datasets`, { method: 'POST', body: form });
  assert.equal(response.status, 202);
  const { data } = (await response.json()) as { data: { dataset_id: string } };
  const dataset = await names.settled(data.dataset_id);
  assert.deepEqual(
    [dataset.country, dataset.parser, dataset.edition, dataset.metadata, dataset.years],
    ['US', 'us_ssa_state', '2024', { edition: '2024', note: 'Zoë' }, { from: 1910, to: 1911 }],
  );
  const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/slices`);
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    body.data.map((slice: any) => [slice.area, slice.year_from, slice.gender, slice.rows, slice.sum]),
    [
      ['US-CA', 1910, 'F', 2, 534],
      ['US-TX', 1911, 'M', 1, 12],
    ],
  );
});

test('each bad record of a file is one line of its report, and the rest is published', async () => {
  const rows = Buffer.concat([
    Buffer.from(
      'Mary,F,10\nAnna,F,7,1,2\nBert,X,9\nCarl,M,0\nDora,F,-1\nEmil,M,1e3\nFay,F,12.5\nGus,M,3000000000\n' +
        `Hal,M,3,000,000,000\n${'a'.repeat(101)},F,5\nIda,F,5\nBa\0d,F,5\n`,
    ),
    Buffer.from([0x4a, 0xff, 0x6f, 0x2c, 0x4d, 0x2c, 0x35, 0x0a]),
    Buffer.from('Kay,F,6\nIda,F,5\nKay,F,9\nLea,F\n'),
  ]);
  const dataset = await names.imported('yob1907.txt', rows);
  assert.deepEqual(
    [dataset.status, dataset.row_count, dataset.skipped_count, dataset.error_count],
    ['completed', 3, 1, 13],
  );
  const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/errors`);
  assert.deepEqual(
    body.data.map(({ line_start, code }: { line_start: number; code: string }) => [line_start, code]),
    [
      [2, 'extra_cell'],
      [3, 'invalid_gender'],
      [4, 'invalid_count'],
      [5, 'invalid_count'],
      [6, 'invalid_count'],
      [7, 'invalid_count'],
      [8, 'invalid_count'],
      [9, 'extra_cell'],
      [10, 'invalid_name'],
      [12, 'invalid_name'],
      [13, 'encoding_error'],
      [16, 'duplicate_in_file'],
      [17, 'missing_cell'],
    ],
  );
  assert.deepEqual(body.meta.ledger, {
    records: 17,
    accepted: 3,
    rejected: 13,
    skipped: { duplicate_in_file: 1 },
  });
  assert.equal(body.meta.total, 13);

  const page = await names.request('GET', `/v1/datasets/${dataset.id}/errors?limit=5`);
  const next = await names.request(
    'GET',
    `/v1/datasets/${dataset.id}/errors?limit=100&cursor=${page.body.meta.next_cursor}`,
  );
  assert.deepEqual([...page.body.data, ...next.body.data], body.data);
  const csv = await names.request('GET', `/v1/datasets/${dataset.id}/errors.csv`);
  assert.equal(csv.body.trim().split('\r\n').length, 14);
});

test('years that are none are refused row by row in a file whose rows tell the year', async () => {
  const dataset = await names.imported('TX.TXT', 'TX,F,1912,Mary,29\nTX,F,1799,Ann,9\nQQ,F,1912,Ann,9\n');
  const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/errors`);
  assert.deepEqual(
    body.data.map(({ line_start, code }: { line_start: number; code: string }) => [line_start, code]),
    [
      [2, 'invalid_year'],
      [3, 'enum'],
    ],
  );
});

test('a gzip file that grows beyond measure fails its import and nothing else', async () => {
  const dataset = await names.imported('yob1917.txt.gz', gzipSync(Buffer.alloc(30_000_000, 'Mary,F,10\n')));
  assert.deepEqual(
    [dataset.status, dataset.error_code, dataset.published],
    ['failed', 'archive_limit', false],
  );
  assert.match(dataset.error_message, /MAX_ARCHIVE_RATIO|ratio/i);
});

test('mode=atomic takes all or nothing, and the report is kept', async () => {
  const dataset = await names.imported('yob1908.txt', `${GOOD}Bert,X,9\n`, {
    country_id: 'US',
    mode: 'atomic',
  });
  assert.deepEqual(
    [dataset.status, dataset.error_code, dataset.published, dataset.error_count],
    ['failed', 'threshold_exceeded', false, 1],
  );
  const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/errors`);
  assert.equal(body.data[0].line_start, 4);
});

test('too many refused records fail the file, by number and by share', async () => {
  const fields = { country_id: 'US', max_errors: '1' };
  const two = await names.imported('yob1918.txt', `${GOOD}Bert,X,9\nCarl,X,9\n`, fields);
  assert.deepEqual([two.status, two.error_code], ['failed', 'threshold_exceeded']);
  const one = await names.imported('yob1918.txt', `${GOOD}Bert,X,9\n`, fields);
  assert.equal(one.status, 'completed');

  const letters = Array.from('abcdefghijklmnopqrst');
  const many = letters.flatMap((a) =>
    letters.flatMap((b) => ['a', 'b', 'c'].map((c) => `N${a}${b}${c},F,5\n`)),
  );
  const bad = 'Bert,X,9\n'.repeat(100);
  const share = await names.imported('yob1919.txt', many.join('') + bad);
  assert.deepEqual([share.status, share.error_code], ['failed', 'threshold_exceeded']);
  const meant = { country_id: 'US', max_error_ratio: '0.1' };
  assert.equal((await names.imported('yob1919.txt', many.join('') + bad, meant)).row_count, 1200);
});

test('a dry run has the report of a real one and publishes nothing', async () => {
  const rows = `${GOOD}Bert,X,9\nMary,F,11\nMary,F,10\n`;
  const dry = await names.imported('yob1909.txt', rows, { country_id: 'US', dry_run: 'true' });
  assert.deepEqual([dry.status, dry.published, dry.dry_run], ['completed', false, true]);
  const real = await names.imported('yob1909.txt', rows);
  const reports = [dry, real].map(({ id }) => names.request('GET', `/v1/datasets/${id}/errors`));
  const [one, other] = await Promise.all(reports);
  assert.deepEqual(one?.body.data, other?.body.data);
  assert.deepEqual(one?.body.meta.ledger, other?.body.meta.ledger);
  assert.equal(one?.body.meta.ledger.rejected, 2);
});

test('of two inner files for one slice the later supplies it', async () => {
  const zip = craftZip([
    { name: 'a/yob1915.txt', data: GOOD },
    { name: 'b/yob1915.txt', data: 'Mary,F,11\nAnna,F,8\nJohn,M,9\n' },
  ]);
  const dataset = await names.imported('names.zip', zip);
  assert.equal(dataset.row_count, 3);
  assert.equal(dataset.skipped_count, 3);
  assert.deepEqual(
    dataset.warnings.map(({ code }: { code: string }) => code),
    ['slice_repeated', 'slice_repeated'],
  );
  const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/slices`);
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    body.data.map(({ file, sum }: any) => [file, sum]),
    [
      ['b/yob1915.txt', 19],
      ['b/yob1915.txt', 9],
    ],
  );
});

test('an inspection and a validation say what a file is and keep nothing', async () => {
  const before = [await countDatasets(), (await names.storedFiles()).length];
  const zip = craftZip([
    { name: 'yob1905.txt', data: GOOD },
    { name: 'ReadMe.txt', data: 'Read me.' },
  ]);
  const { status, body } = await names.upload('names.zip', zip, {}, '/v1/datasets/inspect');
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.data.kind, 'zip');
  assert.deepEqual(body.data.files, [
    { name: 'yob1905.txt', size: GOOD.length },
    { name: 'ReadMe.txt', size: 8 },
  ]);
  const fitting = body.data.parsers.filter((each: { fits: boolean }) => each.fits);
  assert.equal(fitting.length, 1);
  assert.deepEqual(fitting[0], {
    parser: 'us_ssa',
    country: 'US',
    fits: true,
    rows_looked_at: 3,
    rows_fitting: 3,
    confidence: 1,
    found: '3 of the first 3 rows are name, sex, count',
    files: ['yob1905.txt'],
  });
  const [layout] = body.data.layouts;
  assert.deepEqual(
    [layout.delimiter, layout.encoding, layout.header, layout.first_rows[0]],
    [',', 'utf-8', null, ['Mary', 'F', '10']],
  );
  const fits = await names.upload('yob1905.txt', GOOD, {}, '/v1/parsers/us_ssa/validate');
  assert.deepEqual([fits.body.data.fits, fits.body.data.confidence], [true, 1]);
  assert.match(fits.body.data.recognized, /name, sex, count/);
  const misfit = await names.upload('a.csv', 'rang;nom\n1;Marie\n', {}, '/v1/parsers/us_ssa/validate');
  assert.deepEqual([misfit.body.data.fits, misfit.body.data.confidence], [false, 0]);
  assert.equal(misfit.body.data.recognized, null);
  assert.match(misfit.body.data.found, /header "rang; nom"/);
  assert.deepEqual([await countDatasets(), (await names.storedFiles()).length], before);
});

test('a name of a file is shown without its path and comes back as it was', async () => {
  const dataset = await names.imported('C:\\Gemeinde\\Zürich (1)%.yob1916.txt', GOOD);
  assert.equal(dataset.filename, 'Zürich (1)%.yob1916.txt');
  const { headers } = await fetch(`${names.url}/v1/datasets/${dataset.id}/file`);
  assert.equal(
    headers.get('content-disposition'),
    `attachment; filename="Z_rich (1)_.yob1916.txt"; filename*=UTF-8''Z%C3%BCrich%20%281%29%25.yob1916.txt`,
  );
});
