import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { retireOldDryRuns } from '#products/names/editions/changes.query.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';
import { officialFile, withoutOfficialFiles } from '#test/support/truths.ts';

const db = await testDatabase();
const names = await startNamesServer(db);

/** Files of the office by year. */
function release(years: Readonly<Record<number, string>>): Buffer {
  return craftZip(Object.entries(years).map(([year, data]) => ({ name: `yob${year}.txt`, data })));
}

function fields(edition: string, more: Record<string, string> = {}): Record<string, string> {
  return { country_id: 'US', metadata: JSON.stringify({ edition }), ...more };
}

interface Changed {
  readonly year: number;
  readonly gender: string;
  readonly name: string;
  readonly kind: string;
  readonly count_before: number | null;
  readonly count: number | null;
  readonly change: number | null;
  readonly rank_before: number | null;
  readonly rank: number | null;
  readonly rank_change: number | null;
}

async function diffOf(id: string, query = ''): Promise<Changed[]> {
  const { status, body } = await names.request('GET', `/v1/datasets/${id}/diff?${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

const OLDER = {
  1990: 'Mary,F,50\nAnna,F,40\nRuth,F,40\nZoe,F,5\nJohn,M,70\nJames,M,60\n',
  1991: 'Mary,F,55\nAnna,F,45\nJohn,M,75\n',
};
const NEWER = {
  1990: 'Mary,F,50\nRuth,F,45\nAnna,F,40\nIvy,F,7\nJohn,M,70\nJames,M,60\n',
  1991: 'Mary,F,55\nAnna,F,45\nJohn,M,75\n',
  1992: 'Mary,F,60\nJohn,M,80\n',
};

test('a dry run says name by name what it would change, and changes nothing', async () => {
  await names.imported('older.zip', release(OLDER), fields('2023'));
  const dry = await names.imported('newer.zip', release(NEWER), fields('2025', { dry_run: 'true' }));
  assert.deepEqual([dry.status, dry.published, dry.dry_run, dry.warnings], ['completed', false, true, []]);
  const { compared_at: at, ...changes } = dry.changes;
  assert.ok(Date.parse(at) <= Date.now());
  assert.deepEqual(changes, {
    slices: { new: 2, revised: 1, same: 3, kept: 0 },
    names: { new: 1, gone: 1, revised: 1 },
    sum_before: 440,
    sum: 447,
    sum_new: 140,
  });

  assert.deepEqual(
    (await diffOf(dry.id)).map(({ year, gender, name, kind, ...numbers }) => [
      `${year} ${gender} ${name} ${kind}`,
      numbers.count_before,
      numbers.count,
      numbers.change,
      numbers.rank_before,
      numbers.rank,
      numbers.rank_change,
    ]),
    [
      ['1990 F Ivy new', null, 7, null, null, 4, null],
      ['1990 F Ruth revised', 40, 45, 5, 2, 2, 0],
      ['1990 F Zoe gone', 5, null, null, 4, null, null],
    ],
  );
  const { body } = await names.request('GET', `/v1/datasets/${dry.id}/diff/slices`);
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    body.data.map((slice: any) => [
      `${slice.area} ${slice.year} ${slice.gender} ${slice.kind}`,
      slice.rows_before,
      slice.rows,
      slice.sum_before,
      slice.sum,
      slice.names_new + slice.names_gone + slice.names_revised,
    ]),
    [
      ['US 1990 F revised', 4, 4, 135, 142, 3],
      ['US 1990 M same', 2, 2, 130, 130, 0],
      ['US 1991 F same', 2, 2, 100, 100, 0],
      ['US 1991 M same', 1, 1, 75, 75, 0],
      ['US 1992 F new', null, 1, null, 60, 0],
      ['US 1992 M new', null, 1, null, 80, 0],
    ],
  );
  assert.equal(
    (await names.request('POST', `/v1/datasets/${dry.id}/publish`)).body.error.code,
    'not_publishable',
  );
  const held = await names.request('GET', `/v1/datasets/${dry.id}/slices`);
  assert.deepEqual(
    // oxlint-disable-next-line typescript/no-explicit-any
    [...new Set(held.body.data.map(({ status }: any) => status))],
    ['dry_run'],
  );
});

test('the real one then says the same, after it has replaced them', async () => {
  const real = await names.imported('newer.zip', release(NEWER), fields('2025'));
  assert.deepEqual([real.published, real.changes.names], [true, { new: 1, gone: 1, revised: 1 }]);
  assert.equal((await diffOf(real.id)).length, 3);
  const reprocess = await names.request('POST', `/v1/datasets/${real.id}/reprocess`, {});
  assert.equal(reprocess.status, 202);
  const again = await names.settled(real.id);
  assert.deepEqual(again.changes.slices, { new: 0, revised: 0, same: 6, kept: 0 });
  assert.deepEqual(await diffOf(real.id), []);
});

test('the list is filtered, and read by pages, lines and columns', async () => {
  const base = { 1950: 'A,F,9\nBea,F,8\nCid,F,7\nDot,F,6\nA,M,9\nBo,M,8\n' };
  const next = { 1950: 'A,F,19\nBea,F,9\nEve,F,7\nDot,F,5\nA,M,8\nBo,M,18\nCy,M,5\n' };
  await names.imported('base.zip', release(base), fields('1'));
  const { id } = await names.imported('next.zip', release(next), fields('2', { dry_run: 'true' }));
  const said = (items: readonly Changed[]): string[] =>
    items.map(({ gender, name, kind }) => `${gender} ${name} ${kind}`);
  const all = said(await diffOf(id));
  assert.deepEqual(all, [
    'F A revised',
    'F Eve new',
    'F Cid gone',
    'F Bea revised',
    'F Dot revised',
    'M Bo revised',
    'M Cy new',
    'M A revised',
  ]);
  assert.deepEqual(said(await diffOf(id, 'gender=M&kind=new')), ['M Cy new']);
  assert.deepEqual(said(await diffOf(id, 'kind=revised&year=1950&area=us&limit=2')), [
    'F A revised',
    'F Bea revised',
  ]);
  assert.deepEqual(await diffOf(id, 'year=1951'), []);
  assert.deepEqual(said(await diffOf(id, 'offset=4&limit=3')), all.slice(4, 7));
  for (const limit of [1, 2, 3, 5, 8]) {
    const walked: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await names.request('GET', `/v1/datasets/${id}/diff?limit=${limit}${more}`);
      walked.push(...said(body.data));
      cursor = body.meta.next_cursor;
    }
    assert.deepEqual(walked, all, `by ${limit}`);
  }
  const csv = await names.request('GET', `/v1/datasets/${id}/diff.csv?kind=gone`);
  assert.equal(csv.body.split('\n')[1]?.trim(), 'US,1950,F,Cid,gone,7,,,3,,');
  const lines = await names.request('GET', `/v1/datasets/${id}/diff/slices.ndjson`);
  assert.equal(lines.body.trim().split('\n').length, 2);
  const { body } = await names.request('GET', `/v1/datasets/${id}/diff?limit=1`);
  assert.deepEqual(
    body.meta.changes.jumps.count.map(({ name, gender }: Changed) => `${name} ${gender}`).slice(0, 2),
    ['A F', 'Bo M'],
  );
});

test('a spelling of the same name is no other name', async () => {
  await names.imported('small.zip', release({ 1930: 'Mary,F,9\nZoe,F,8\nMary Ann,F,7\n' }), fields('1'));
  const { changes } = await names.imported(
    'loud.zip',
    release({ 1930: 'MARY,F,9\nZOE,F,8\nMARY ANN,F,6\n' }),
    fields('2', { dry_run: 'true' }),
  );
  assert.deepEqual(changes.names, { new: 0, gone: 0, revised: 1 });
});

test('exchanged sexes and lost births are told at the import, each once', async () => {
  const people = (year: number): string =>
    `Mary,F,${600 + year - 1960}\nZoe,F,40\nJohn,M,700\nIan,M,30\nPat,M,15\n`;
  const swapped = (year: number): string =>
    `Mary,M,${600 + year - 1960}\nZoe,M,40\nJohn,F,700\nIan,F,30\nPat,F,15\n`;
  await names.imported('people.zip', release({ 1960: people(1960), 1961: people(1961) }), fields('1'));
  const dry = await names.imported(
    'swapped.zip',
    release({ 1960: people(1960), 1961: swapped(1961), 1962: 'Mary,F,200\nJohn,M,690\n' }),
    fields('2', { dry_run: 'true' }),
  );
  // oxlint-disable-next-line typescript/no-explicit-any
  const [swap, drop, ...others] = dry.warnings as any[];
  assert.deepEqual(
    [swap.code, swap.count, drop.code, drop.count, others],
    ['gender_swapped', 4, 'sum_drops', 1, []],
  );
  assert.deepEqual(swap.details[0], {
    name: 'John',
    area: 'US',
    year: 1961,
    female_before: 0,
    male_before: 700,
    female: 700,
    male: 0,
  });
  assert.deepEqual(drop.details, [
    { area: 'US', year: 1962, gender: 'F', compared_with: 'year_before', sum_before: 745, sum: 200 },
  ]);
  assert.match(drop.examples[0], /^US 1962 F: 745, now 200$/);

  // The girls stay as they are, and the boys alone turn the name.
  await names.imported('pat.zip', release({ 1965: 'Pat,F,100\nBob,M,5000\n' }), fields('1'));
  const more = release({ 1965: 'Pat,F,100\nBob,M,5000\nPat,M,3000\n' });
  const joined = await names.imported('joined.zip', more, fields('2'));
  assert.deepEqual([joined.warnings[0].code, joined.warnings[0].count], ['gender_swapped', 1]);

  // What would wait because it shrinks is said by that doubt alone.
  const shrunk = await names.imported('half.zip', release({ 1960: 'Mary,F,100\nJohn,M,690\n' }), fields('3'));
  assert.deepEqual(
    shrunk.warnings.map(({ code }: { code: string }) => code),
    ['slice_shrinks'],
  );
  assert.deepEqual(
    shrunk.warnings[0].details,
    [
      { area: 'US', year: 1960, gender: 'F', rows_before: 2, rows: 1, sum_before: 640, sum: 100 },
      { area: 'US', year: 1960, gender: 'M', rows_before: 3, rows: 1, sum_before: 745, sum: 690 },
    ].slice(0, shrunk.warnings[0].count),
  );
});

test('the editions of a slice are listed, what was published last first', async () => {
  const editions = async (query: string): Promise<string[]> => {
    const { status, body } = await names.request('GET', `/v1/countries/us/editions?${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    // oxlint-disable-next-line typescript/no-explicit-any
    return body.data.map((item: any) =>
      [item.area, item.year, item.gender, item.edition, item.sum, item.supplies ? 'now' : 'before'].join(' '),
    );
  };
  assert.deepEqual(await editions('year=1990&gender=F'), [
    'US 1990 F 2025 142 now',
    'US 1990 F 2023 135 before',
  ]);
  const all = await editions('year=1990');
  assert.equal(all.length, 4);
  const { body } = await names.request('GET', '/v1/countries/US/editions?year=1990&limit=3');
  assert.deepEqual(await editions(`year=1990&cursor=${body.meta.next_cursor}`), all.slice(3));
  assert.equal((await names.request('GET', '/v1/countries/QQ/editions')).status, 404);
  // What was never published, a dry run or what waits, supplied nothing.
  assert.deepEqual(await editions('year=1992&gender=M'), ['US 1992 M 2025 80 now']);
});

test('a dry run gives up what it read after some days; its totals and slices stay', async () => {
  await names.imported('first.zip', release({ 1935: 'Mary,F,9\nZoe,F,8\n' }), fields('1'));
  const { id } = await names.imported(
    'second.zip',
    release({ 1935: 'Mary,F,9\nZoe,F,6\n' }),
    fields('2', { dry_run: 'true' }),
  );
  assert.equal(await retireOldDryRuns(db.pool, 60_000), 0);
  assert.ok((await retireOldDryRuns(db.pool, 0)) > 0);
  assert.equal((await diffOf(id)).length, 1);
  await db.pool.run(
    'age',
    sql`UPDATE releases SET retired_at = retired_at - interval '1 hour' WHERE state = 'retired'`,
  );
  const { status, body } = await names.request('GET', `/v1/datasets/${id}/diff`);
  assert.deepEqual([status, body.error.code], [410, 'diff_expired']);
  const slices = await names.request('GET', `/v1/datasets/${id}/diff/slices`);
  assert.deepEqual([slices.body.data[0].names_revised, slices.body.meta.changes.names.revised], [1, 1]);
});

test(
  'South Australia lists far fewer births from 2018 on, which its import says',
  { skip: withoutOfficialFiles },
  async () => {
    const zip = readFileSync(officialFile('au/sa/baby-names-1944-2024.zip'));
    const { status, warnings } = await names.imported('sa.zip', zip, { country_id: 'AU' });
    assert.equal(status, 'completed');
    const { count, examples } = warnings.find(({ code }: { code: string }) => code === 'sum_drops');
    assert.deepEqual(
      [count, examples],
      [2, ['AU-SA 2018 F: 8870, now 3858', 'AU-SA 2018 M: 9528, now 4680']],
    );
  },
);
