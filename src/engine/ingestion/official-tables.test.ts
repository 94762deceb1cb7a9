import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { describe, test } from 'node:test';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { officialFile, withoutOfficialFiles } from '#test/support/truths.ts';
import { createDelimitedReader } from './delimited-reader.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { openSource, type Source, type SourceFile } from './source-files.ts';

/** Rows by their line, from 1. */
type Table = ReadonlyMap<number, readonly string[]>;

describe('official files', { skip: withoutOfficialFiles }, () => {
  for (const gender of ['boys', 'girls']) {
    test(`ONS ${gender}: all workbooks, each header in its row, the name True as a name`, async () => {
      const { kind, files } = await opened(`gb/ons/${gender}-1996-2024.zip`);
      assert.equal(kind, 'zip');
      const lists = files.filter(({ sheet = '' }) => FULL_LIST.test(sheet));
      assert.equal(lists.length, gender === 'boys' ? 28 : 29);
      const years: number[] = [];
      const withTrue: number[] = [];
      for (const file of lists) {
        const year = Number(/\d{4}/.exec(file.name)?.[0]);
        const table = await tableOf(file);
        const header = [...table].find(([, cells]) => cells.some((cell) => cell.startsWith('Name')))?.[0];
        assert.equal(header, headerRow(year), file.name);
        if ([...table.values()].some((cells) => cells.includes('True'))) withTrue.push(year);
        years.push(year);
      }
      assert.deepEqual([Math.min(...years), Math.max(...years)], [1996, 2024]);
      // Stored as a boolean to 2020 and in 2023, as a text in the others.
      const expected = gender === 'boys' ? [2019, 2020, 2022, 2024] : [2019, 2020, 2021, 2022, 2023, 2024];
      assert.deepEqual(
        withTrue.sort((one, other) => one - other),
        expected,
      );
    });
  }

  test('ONS 2024 boys: counts without separators', async () => {
    const { files } = await opened('gb/ons/boys-1996-2024.zip');
    const file = files.find(({ name }) => /2024.*#Table_6$/.test(name)) as SourceFile;
    const table = await tableOf(file);
    assert.deepEqual(table.get(6)?.slice(0, 3), ['1', 'Muhammad', '5721']);
    assert.equal(sum(table, 2, 6), 277_775);
  });

  test('NISRA: 24 tables side by side', async () => {
    const source = await opened('gb/nisra/1997-2020.xlsx');
    const names = ['Contents', 'Cover sheet', 'Table 1', 'Table 2', 'Table 3', 'Table 4', 'Notes'];
    assert.deepEqual(sheetsOf(source), names);
    for (const [sheet, rows, total] of [
      ['Table 1', 33_270, 266_084],
      ['Table 2', 46_715, 237_100],
    ] as const) {
      const table = await sheetTable(source, sheet);
      const header = table.get(5) ?? [];
      const counts = header.flatMap((cell, at) => (cell === 'Number of Babies' ? [at] : []));
      assert.equal(counts.length, 24);
      assert.equal(header[(counts[0] ?? 0) - 1], '1997 Name');
      const listed = counts.map((at) => count(table, at - 1, 6)).reduce((one, other) => one + other);
      assert.equal(listed, rows);
      assert.equal(
        counts.map((at) => sum(table, at, 6)).reduce((one, other) => one + other),
        total,
      );
    }
  });

  test('New Zealand: merged cells of the header stand in their first column', async () => {
    const source = await opened('nz/dia/Top-100-girls-and-boys-names-since-1954.xlsx');
    assert.deepEqual(sheetsOf(source), ["Girls' Names", "Boys' Names"]);
    const table = await sheetTable(source, "Girls' Names");
    assert.deepEqual(table.get(5)?.slice(0, 6), ['Rank', '', '1954', '', '1955', '']);
    const row = [...table.values()].find((cells) => cells.includes('Christine'));
    assert.deepEqual(row?.slice(0, 7), ['', '1', 'Christine', '779', '', 'Susan', '743']);
  });

  const plain: Readonly<
    Record<
      string,
      [path: string, sheet: string, name: number, count: number, from: number, rows: number, sum: number]
    >
  > = {
    'Statbel 2017 girls': [
      'be/statbel/Firstnames_PROV_STATBEL_2017-fr.xlsx',
      'F_PROV2017',
      4,
      5,
      3,
      2412,
      32_877,
    ],
    'Statbel 2025 boys': [
      'be/statbel/Firstnames_PROV_STATBEL_2017-fr.xlsx',
      'M_PROV2025',
      4,
      5,
      3,
      2428,
      31_703,
    ],
    'Finland, all names of men': ['fi/dvv/etunimitilasto.xlsx', 'Miehet kaikki', 0, 1, 2, 9844, 5_842_387],
    'Statistik Austria, boys': [
      'at/statistik-austria/liste_aller_jemals_vergebenen_ersten_vornamen_1984-2020.xlsx',
      'Bubennamen_1984-2020',
      0,
      2,
      5,
      29_609,
      1_468_229,
    ],
    'Sweden 1998, counts that are texts': ['se/scb/boys.xlsx', 'Pojkar - Boys', 0, 1, 10, 313, 41_164],
  };
  for (const [title, [path, sheet, name, counts, from, rows, total]] of Object.entries(plain)) {
    test(title, async () => {
      const table = await sheetTable(await opened(path), sheet);
      const numbered = new Map([...table].filter(([, cells]) => /^\d+$/.test(cells[counts] ?? '')));
      assert.deepEqual([count(numbered, name, from), sum(numbered, counts, from)], [rows, total]);
    });
  }

  test('Ireland, JSON-stat: each cell is a row, what is withheld too', async () => {
    const { files } = await opened('ie/cso/VSA50-2021.json.gz');
    const [file] = files as [SourceFile];
    assert.equal(file.name, 'VSA50-2021.json#cells');
    const table = await tableOf(file);
    const header = [
      'STATISTIC',
      'Statistic Label',
      'TLIST(A1)',
      'Year',
      'C02512V04117',
      'Names',
      'UNIT',
      'VALUE',
      'STATUS',
    ];
    assert.deepEqual(table.get(1), header);
    const cells = [...table.values()].slice(1);
    assert.deepEqual([cells.length, cells.filter((row) => row[7] === '').length], [280_440, 220_320]);
    const births = cells.filter((row) => row[0] === 'VSA50C01' && row[7] !== '');
    assert.deepEqual(
      [births.length, births.reduce((total, row) => total + Number(row[7]), 0)],
      [30_060, 1_752_288],
    );
    const last = births
      .filter((row) => row[3] === '2020')
      .sort((one, other) => Number(other[7]) - Number(one[7]));
    const top = ['Jack 597', 'James 495', 'Noah 447', 'Daniel 359', 'Conor 345'];
    assert.deepEqual(
      last.slice(0, 5).map((row) => `${row[5]} ${row[7]}`),
      top,
    );
  });

  test('Ireland, PC-Axis: the same columns, withheld cells with their mark', async () => {
    const { files } = await opened('ie/cso/VSA11.px');
    const table = await tableOf((files as [SourceFile])[0]);
    const header = [
      'Name code',
      'Name',
      'TLIST(A1)',
      'Year',
      'STATISTIC',
      'Statistic Label',
      'UNIT',
      'VALUE',
      'STATUS',
    ];
    assert.deepEqual(table.get(1), header);
    const cells = [...table.values()].slice(1);
    assert.deepEqual([cells.length, cells.filter((row) => row[8] === '..').length], [7480, 1228]);
    const last = cells.filter((row) => row[3] === '2017' && row[4] === 'VSA11C02');
    const top = last.sort((one, other) => Number(other[7]) - Number(one[7])).slice(0, 5);
    assert.deepEqual(
      top.map((row) => `${row[1]} ${row[7]}`),
      ['Emily 459', 'Emma 393', 'Amelia 371', 'Grace 371', 'Sophie 364'],
    );
  });
});

const FULL_LIST = /^(Table 3 - .* names - E&W|Table 6( - .*)?|6|Table_6)$/;

function headerRow(year: number): number {
  if (year === 2021) return 7;
  return year >= 2017 && year <= 2020 ? 6 : 5;
}

function opened(path: string): Promise<Source> {
  const file = officialFile(path);
  return openSource(createLocalFileStore(dirname(file)), basename(file), basename(file), DEFAULT_LIMITS, {
    cubes: true,
  });
}

function sheetsOf({ files }: Source): (string | undefined)[] {
  return files.map(({ sheet }) => sheet);
}

function sheetTable({ files }: Source, name: string): Promise<Table> {
  return tableOf(files.find(({ sheet }) => sheet === name) as SourceFile);
}

async function tableOf({ dialect = { separator: ',' }, open }: SourceFile): Promise<Table> {
  const table = new Map<number, readonly string[]>();
  const reader = createDelimitedReader({
    dialect,
    limits: DEFAULT_LIMITS,
    onRecord: ({ lineStart, cells }) => table.set(lineStart, [...cells]),
    onError: ({ lineStart }) => assert.fail(`line ${lineStart} is not well-formed`),
  });
  for await (const chunk of open()) reader.push(chunk);
  reader.end();
  return table;
}

/** Rows with something in a column, from a row on. */
function count(table: Table, column: number, from: number): number {
  return [...table].filter(([row, cells]) => row >= from && (cells[column] ?? '') !== '').length;
}

/** Of the numbers in a column, from a row on. */
function sum(table: Table, column: number, from: number): number {
  return [...table].reduce(
    (total, [row, cells]) => total + (row >= from ? Number(cells[column]) || 0 : 0),
    0,
  );
}
