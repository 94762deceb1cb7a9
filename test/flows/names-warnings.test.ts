import assert from 'node:assert/strict';
import { test } from 'node:test';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const names = await startNamesServer(await testDatabase());

interface Warning {
  readonly code: string;
  readonly message: string;
  readonly count?: number;
  readonly examples?: readonly string[];
}

function list(...rows: readonly string[]): string {
  return `Given Name,Amount,Position\r\n${rows.map((row) => `${row}\r\n`).join('')}`;
}

test('a name that an office lists twice is added up, and files that hold the other sex are turned; both are said', async () => {
  const zip = craftZip([
    { name: 'male_cy1944_top.csv', data: list('"JOHN","477","1"', '"PETER","357","2"', '"JOHN","2","=192"') },
    { name: 'femalecy2017top.csv', data: list('"OLIVER","172","1"', '"WILLIAM","114","2"') },
    { name: 'malecy2017top.csv', data: list('"CHARLOTTE","132","1"', '"(NOT","3","=300"') },
  ]);
  const dataset = await names.imported('sa.zip', zip, { country_id: 'AU' });
  assert.deepEqual([dataset.status, dataset.parser, dataset.row_count], ['completed', 'au_sa', 7]);
  const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/slices`);
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    body.data.map(({ file, gender, rows_read, sum_read, rows, sum, repeats }: any) =>
      [file, gender, rows_read, sum_read, rows, sum, repeats].join(' '),
    ),
    [
      'male_cy1944_top.csv M 3 836 2 836 1',
      'malecy2017top.csv F 2 135 1 132 0',
      'femalecy2017top.csv M 2 286 2 286 0',
    ],
  );
  const warnings = dataset.warnings as Warning[];
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['file_name_contradicted', 'file_name_contradicted', 'repeats_summed'],
  );
  assert.match(
    warnings[0]?.message ?? '',
    /"femalecy2017top\.csv" says female, its contents are male \(OLIVER comes first\)/,
  );
  assert.deepEqual([warnings[2]?.count, warnings[2]?.examples], [1, ['JOHN M 1944']]);
});
