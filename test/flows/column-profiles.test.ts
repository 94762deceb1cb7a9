import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const names = await startNamesServer(await testDatabase());
await names.request('POST', '/v1/countries', { code: 'CH', name: 'Switzerland', licence: 'unknown' });

const PATH = '/v1/column-profiles';
const TOWN = {
  name: 'Names of a town',
  columns: { name: 'Vorname', count: 'Anzahl', gender: 'Geschlecht', year: 'Jahr' },
  genders: { w: 'F' },
  threshold: 3,
  measure: 'registrations',
  office: 'A town',
  licence: 'CC BY 4.0',
};
const FILE = 'Jahr;Vorname;Geschlecht;Anzahl\n2020;Mia;w;9\n2020;Leo;m;7\n2020;Kim;?;5\n';

async function saved(body: object): Promise<string> {
  const answer = await names.request('POST', PATH, body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.data.id;
}

// oxlint-disable-next-line typescript/no-explicit-any
async function slices(id: string): Promise<any[]> {
  return (await names.request('GET', `/v1/datasets/${id}/slices`)).body.data;
}

test('a profile is saved with its defaults, listed, replaced and deleted', async () => {
  const id = await saved({ name: 'B', columns: { name: 1, count: 2 } });
  const { body } = await names.request('GET', `${PATH}/${id}`);
  assert.deepEqual(
    [body.data.name, body.data.profile.measure, body.data.profile.skip_rows],
    ['B', 'births', 0],
  );
  assert.equal(
    (await names.request('POST', PATH, { name: 'B', columns: { name: 1, count: 2 } })).status,
    409,
  );
  const other = await saved({ name: 'A', columns: { name: 1, count: 2 } });
  const first = await names.request('GET', `${PATH}?limit=1`);
  assert.equal(first.body.data[0].id, other);
  const second = await names.request('GET', `${PATH}?limit=1&cursor=${first.body.meta.next_cursor}`);
  assert.deepEqual([second.body.data[0].id, second.body.meta.next_cursor], [id, null]);
  const taken = await names.request('PUT', `${PATH}/${id}`, { name: 'A', columns: { name: 1, count: 2 } });
  assert.deepEqual([taken.status, taken.body.error.code], [409, 'profile_exists']);
  const put = await names.request('PUT', `${PATH}/${id}`, { name: 'C', columns: { name: 2, count: 1 } });
  assert.deepEqual([put.status, put.body.data.profile.columns], [200, { name: 2, count: 1 }]);
  for (const [each, status] of [
    [id, 204],
    [other, 204],
    [id, 404],
  ] as const)
    assert.equal((await names.request('DELETE', `${PATH}/${each}`)).status, status);
});

test('a profile that reads nothing, or says what it may not, is refused', async () => {
  const incomplete = await names.request('POST', PATH, { name: 'X', columns: { name: 'Name' } });
  assert.deepEqual([incomplete.status, incomplete.body.error.code], [422, 'profile_incomplete']);
  for (const body of [
    { name: 'X', columns: { count: 1 } },
    { name: 'X', columns: { name: 0, count: 1 } },
    { name: 'X', columns: { name: 1, count: 2 }, genders: { w: 'W' } },
    { name: 'X', columns: { name: 1, count: 2 }, wide_years: 'Births' },
    { name: 'X', columns: { name: 1, count: 2 }, colour: 'red' },
  ])
    assert.equal((await names.request('POST', PATH, body)).status, 400, JSON.stringify(body));
});

test('an upload is read by its profile, and again by the same one whatever became of it', async () => {
  const profile = await saved(TOWN);
  const dataset = await names.imported('town.csv', FILE, {
    country_id: 'CH',
    profile,
    max_error_ratio: '0.5',
  });
  assert.deepEqual(
    [dataset.status, dataset.parser, dataset.row_count, dataset.error_count, dataset.options.profile.id],
    ['completed', 'generic', 2, 1, profile],
  );
  const read = await slices(dataset.id);
  assert.deepEqual(
    read.map(({ gender, year_to, rows, sum }) => [gender, year_to, rows, sum]),
    [
      ['F', 2020, 1, 9],
      ['M', 2020, 1, 7],
    ],
  );

  await names.request('PUT', `${PATH}/${profile}`, { ...TOWN, columns: { name: 'Nom', count: 'Nombre' } });
  await names.request('DELETE', `${PATH}/${profile}`);
  const again = await names.request('POST', `/v1/datasets/${dataset.id}/reprocess`, {});
  assert.equal(again.status, 202, JSON.stringify(again.body));
  const after = await names.settled(dataset.id);
  assert.deepEqual([after.status, after.parser, after.row_count], ['completed', 'generic', 2]);
});

test('a profile and its country are said, and the file has its columns; nothing else is taken', async () => {
  const profile = await saved({ ...TOWN, name: 'Another town' });
  const refused = async (content: string, fields: Record<string, string>): Promise<unknown> => {
    const { status, body } = await names.upload('town.csv', content, fields);
    return [status, body.error.code];
  };
  assert.deepEqual(await refused(FILE, { profile }), [422, 'country_required']);
  const unknown = '00000000-0000-4000-8000-000000000000';
  assert.deepEqual(await refused(FILE, { country_id: 'CH', profile: unknown }), [422, 'profile_unknown']);
  assert.deepEqual(await refused('Nom;Nombre\nMia;9\n', { country_id: 'CH', profile }), [
    422,
    'format_mismatch',
  ]);
  const look = await names.upload('town.csv', FILE, { country_id: 'CH', profile }, '/v1/datasets/inspect');
  const [evidence] = look.body.data.parsers;
  assert.deepEqual(
    [evidence.parser, evidence.fits, evidence.rows_fitting, evidence.confidence, evidence.found],
    ['generic', true, 2, 0.67, 'header in row 1: Jahr, Vorname, Geschlecht, Anzahl'],
  );
});
