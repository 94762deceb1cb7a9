import assert from 'node:assert/strict';
import { test } from 'node:test';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const db = await testDatabase();
const names = await startNamesServer(db);

const HEADER = 'Girl Names,Count of Girl Names,Boy Names,Count of Boy Names\r\n';

test('a name that a list of the most frequent ones leaves out has no more births than the last of them', async () => {
  const zip = craftZip([
    { name: 'top-100-baby-names-2023.csv', data: `${HEADER}Isla,285,Oliver,451\r\nAaliyah,51,Ari,61\r\n` },
    { name: 'top-100-baby-names-2024.csv', data: `${HEADER}Isla,260,Oliver,445\r\nClara,49,August,61\r\n` },
  ]);
  const dataset = await names.imported('qld.zip', zip, { country_id: 'AU' });
  assert.deepEqual([dataset.parser, dataset.published], ['au_qld', true]);
  const { ask } = await openAnswers(db.pool);
  for (const [name, gender, count, below] of [
    ['Aaliyah', 'F', 51, 50],
    // It might tie with the last one.
    ['Ari', 'M', 61, 62],
  ] as const) {
    const { body } = await ask(`/v1/names/${name}/trend`, { country: ['AU'], area: 'AU-QLD', gender });
    const [series] = body.data.series;
    assert.deepEqual(
      // oxlint-disable-next-line typescript/no-explicit-any
      series.points.map((point: any) => [point.year, point.count, point.status, point.count_below]),
      [
        [2023, count, 'exact', null],
        [2024, null, 'not_listed', below],
      ],
    );
  }
});

test('a column a year lists every name for each year; what it hides is below the threshold and may be none', async () => {
  const table = `"Pojkars tilltalsnamn 1998-1999"\n"Boys' first names 1998-1999"\nNamn / Name,1998,1999\nSimon,1154,1143\nZion,-,12\n`;
  const dataset = await names.imported('pojkar.csv', table, {});
  assert.deepEqual([dataset.parser, dataset.published], ['se_scb', true]);
  const slices = await names.request('GET', `/v1/datasets/${dataset.id}/slices`);
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    slices.body.data.map((slice: any) => [slice.year_to, slice.rows_read, slice.rows, slice.withheld]),
    [
      [1998, 1, 2, 1],
      [1999, 2, 2, 0],
    ],
  );
  const { ask } = await openAnswers(db.pool);
  const { body } = await ask('/v1/names/Zion/trend', { country: ['SE'], gender: 'M' });
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    body.data.series[0].points.map((point: any) => [point.count, point.status, point.count_below]),
    [
      [null, 'below_threshold', 10],
      [12, 'exact', null],
    ],
  );
});
