import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const names = await startNamesServer(await testDatabase(), { maxUploadBytes: 100_000 });

for (const [code, name] of [
  ['AT', 'Austria'],
  ['DE', 'Germany'],
  ['FR', 'France'],
  ['GE', 'Georgia'],
])
  await names.request('POST', '/v1/countries', { code, name, licence: 'unknown' });

/** What was read of each slice and what of it is in a ranking: `M 1984-2020 read 2 18224, listed 0`. */
async function slicesOf(id: string): Promise<string[]> {
  const { body } = await names.request('GET', `/v1/datasets/${id}/slices`);
  return body.data.map(
    // oxlint-disable-next-line typescript/no-explicit-any
    (slice: any) =>
      `${slice.area} ${slice.gender} ${slice.year_from}-${slice.year_to} read ${slice.rows_read} ${slice.sum_read}, listed ${slice.rows} ${slice.sum}`,
  );
}

/** All slices, one a page. */
async function pagesOf(id: string): Promise<unknown[]> {
  const found: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null && found.length < 10) {
    const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await names.request('GET', `/v1/datasets/${id}/slices?limit=1${query}`);
    found.push(...body.data);
    cursor = body.meta.next_cursor;
  }
  return found;
}

test('the sum of many years stands beside the one year that is published', async () => {
  const dataset = await names.imported(
    'liste.csv',
    `Liste aller jemals vergebenen ersten Bubennamen 1984-2020
Vorname,,Anzahl,Rang,Anzahl,Rang
Original-Schreibweise,häufigste Schreibweise 1984-2020*),1984-2020,,2020,
Jakob,Jakob,18223,23,794,1
Aaban,Aaban,1,10287,0,0
`,
    { country_id: 'AT' },
  );
  assert.deepEqual([dataset.parser, dataset.status], ['at_statistik', 'completed']);
  assert.equal((await pagesOf(dataset.id)).length, 2);
  assert.deepEqual(await slicesOf(dataset.id), [
    'AT M 1984-2020 read 2 18224, listed 0 0',
    'AT M 2020-2020 read 1 794, listed 1 794',
  ]);
});

test('unknown years beside a single one are no year', async () => {
  const text = 'sexe;preusuel;annais;nombre\n1;JEAN;1900;14097\n1;ALBAIN;XXXX;104\n';
  const dataset = await names.imported('nat.csv', text, { country_id: 'FR' });
  assert.deepEqual([dataset.parser, dataset.status], ['fr_insee', 'completed']);
  assert.deepEqual(await slicesOf(dataset.id), [
    'FR M 1900-1900 read 1 14097, listed 1 14097',
    'FR M 1800-2100 read 1 104, listed 0 0',
  ]);
});

test('a list that two cities publish alike is asked about, and names after the first stand aside', async () => {
  const text = 'anzahl;vorname;geschlecht;position\n36;Adam;m;1\n50;Marie;w;2\n29;Emilia;w;1\n1;;w;1\n';
  const asked = await names.upload('vornamen-2020.csv', text, { country_id: 'DE' });
  assert.deepEqual([asked.status, asked.body.error.code], [422, 'parser_ambiguous']);
  const fields = { country_id: 'DE', parser: 'de_berlin' };
  const untold = await names.upload('vornamen-2020.csv', text, fields);
  assert.deepEqual([untold.status, untold.body.error.code], [422, 'area_required']);
  const dataset = await names.imported('vornamen-2020.csv', text, { ...fields, area: 'DE-BE-PANKOW' });
  assert.deepEqual(await slicesOf(dataset.id), [
    'DE-BE-PANKOW F 2020-2020 read 3 80, listed 1 29',
    'DE-BE-PANKOW M 2020-2020 read 1 36, listed 1 36',
  ]);
});

test('births of no told sex are counted, and not listed', async () => {
  const text = 'სახელი,gender,2016,2017\nანდრია,b,3,1888\nბარბარე,g,5,1481\nაანა,,,1\n';
  const dataset = await names.imported('names.csv', text, { country_id: 'GE' });
  assert.deepEqual([dataset.parser, dataset.status, dataset.row_count], ['ge_psda', 'completed', 5]);
  assert.deepEqual(await slicesOf(dataset.id), [
    'GE F 2016-2016 read 1 5, listed 1 5',
    'GE M 2016-2016 read 1 3, listed 1 3',
    'GE F 2017-2017 read 1 1481, listed 1 1481',
    'GE M 2017-2017 read 1 1888, listed 1 1888',
    'GE X 2017-2017 read 1 1, listed 0 0',
  ]);
});
