import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { namesSource } from '#products/names/index.ts';
import { testDatabase } from '#test/support/database.ts';
import type { FlatRow } from '#test/support/names-data.ts';
import { loadSample } from '#test/support/names-sample.ts';
import { startExportServer } from './export-scene.ts';

const db = await testDatabase();
const { published } = await loadSample(db.pool, 7);
const server = await startExportServer(db, { sources: [namesSource] });
const all = [...published].flatMap(([country, rows]) => rows.map((row) => ({ country, ...row })));

async function rowsOf(query: string): Promise<string[][]> {
  const response = await server.get(`/v1/exports?resource=names&${query}`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return parse(text, { from: 2 });
}

/** Rows in the columns `country,area,gender,year,published,count`, in no order. */
function sorted(rows: readonly (readonly (string | number | null)[])[]): string[] {
  return rows.map((row) => row.join()).sort();
}

const CASES: Readonly<Record<string, (row: FlatRow & { country: string }) => boolean>> = {
  '': ({ area }) => area === null,
  'area=all': () => true,
  'country=us': ({ area, country }) => area === null && country === 'US',
  'country=GB,ZZ&year=2012': ({ area, country, year }) => area === null && country !== 'US' && year === 2012,
  'area=US-CA&gender=girls': ({ area, gender }) => area === 'US-CA' && gender === 'F',
  'year_from=2010&year_to=2011&gender=M': ({ area, gender, year }) =>
    area === null && gender === 'M' && year >= 2010 && year <= 2011,
};

for (const [query, isIn] of Object.entries(CASES)) {
  test(`names are exported as they are published: ${query || 'everything'}`, async () => {
    const rows = await rowsOf(
      `fields=country,area,gender,year,published,count&escape_formulas=false&${query}`,
    );
    const expected = all.filter(isIn);
    assert.ok(expected.length > 0);
    assert.deepEqual(
      sorted(rows),
      sorted(
        expected.map(({ country, area, gender, year, published: name, count }) => [
          country,
          area ?? country,
          gender,
          year,
          name,
          count,
        ]),
      ),
    );
  });
}

test('by year and gender, the most frequent first, and the same bytes every time', async () => {
  const rows = await rowsOf('country=US&fields=year,gender,count');
  const falling = rows.every(([year, gender, count], at) => {
    const [nextYear, nextGender, nextCount] = rows[at + 1] ?? [];
    return nextYear !== year || nextGender !== gender || Number(nextCount) <= Number(count);
  });
  assert.ok(falling);
  const years = rows.map(([year]) => Number(year));
  assert.deepEqual(
    years,
    years.toSorted((a, b) => a - b),
  );
  assert.deepEqual(await rowsOf('country=US&fields=year,gender,count'), rows);
});

test('a country, a year or a gender that is none is refused', async () => {
  for (const query of ['country=USA', 'year=20', 'year=1799', 'gender=x', 'status=draft']) {
    const response = await server.get(`/v1/exports?resource=names&${query}`);
    assert.equal(response.status, 400, query);
  }
});
