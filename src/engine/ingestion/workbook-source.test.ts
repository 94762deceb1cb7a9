import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { CellObject, WorkSheet } from '@e965/xlsx';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { bookOf, sheetOf, workbook, written } from '#test/support/workbooks.ts';
import { createDelimitedReader } from './delimited-reader.ts';
import type { Dialect } from './dialect.ts';
import { DEFAULT_LIMITS, type IngestionLimits } from './limits.ts';
import { openSource, type Source, type SourceFile, type SourceOptions } from './source-files.ts';

const NBSP = '\u00A0';

let folder = '';
let store: FileStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbooks-'));
  store = createLocalFileStore(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

describe('a cell becomes', () => {
  const cases: Readonly<Record<string, [cell: CellObject, text: string]>> = {
    'a text as it is': [{ t: 's', v: 'OLIVER ' }, 'OLIVER '],
    'a text with a blank that does not break': [{ t: 's', v: `Anna${NBSP}` }, `Anna${NBSP}`],
    'a number kept as text': [{ t: 's', v: '007' }, '007'],
    'a text in other letters': [{ t: 's', v: 'ანდრია' }, 'ანდრია'],
    'a whole number without separators': [{ t: 'n', v: 5721, z: '#,##0' }, '5721'],
    'a number with all its digits': [{ t: 'n', v: 59.5, z: '0' }, '59.5'],
    'a large number without exponent': [{ t: 'n', v: 1.25e22 }, '12500000000000000000000'],
    'a small number without exponent': [{ t: 'n', v: -1.5e-7 }, '-0.00000015'],
    'the name True, which is stored as a boolean': [{ t: 'b', v: true }, 'True'],
    'the name False': [{ t: 'b', v: false }, 'False'],
    'a date': [{ t: 'n', v: 44_227, z: 'd/m/yyyy' }, '2021-01-31'],
    'a date with its time': [{ t: 'n', v: 44_227.75, z: 'yyyy-mm-dd hh:mm' }, '2021-01-31T18:00:00'],
    'a time of day': [{ t: 'n', v: 0.5, z: 'hh:mm' }, '12:00:00'],
    'the result of a formula': [{ t: 'n', v: 3, f: 'SUM(1,2)' }, '3'],
    'an error by its name': [{ t: 'e', v: 42 }, '#N/A'],
    'a line end as a blank': [{ t: 's', v: 'Mary\r\nAnn\nBeth' }, 'Mary Ann Beth'],
    'quotes doubled': [{ t: 's', v: 'say "hello", twice' }, '"say ""hello"", twice"'],
  };
  for (const [title, [cell, expected]] of Object.entries(cases)) {
    for (const bookType of ['xlsx', 'biff8'] as const) {
      test(`${title} (${bookType})`, async () => {
        const sheet = sheetOf([['before', null, 'after']]);
        sheet['B1'] = cell;
        assert.deepEqual(await sheetTexts(workbook({ Names: sheet }, bookType)), {
          'a.book#Names': `before,${expected},after\n`,
        });
      });
    }
  }
});

describe('a sheet', () => {
  const titled: WorkSheet = sheetOf(
    [['Baby names'], [], ['Name', 'Count', null], [null, null], ['Zoë', 3]],
    'B2',
  );
  titled['!merges'] = [{ s: { r: 1, c: 1 }, e: { r: 1, c: 3 } }];
  const lines = '\n,Baby names\n\n,Name,Count\n\n,Zoë,3\n';

  for (const bookType of ['xlsx', 'xlsm', 'xlsb', 'biff8', 'ods'] as const) {
    test(`has a line for each row and a cell for each column (${bookType})`, async () => {
      assert.deepEqual(await sheetTexts(workbook({ One: titled }, bookType)), { 'a.book#One': lines });
    });
  }

  test('of a workbook of before 1997 is read in its code page', async () => {
    const book = workbook({ One: sheetOf([['Zo_']]) }, 'biff5');
    book[book.indexOf('Zo_') + 2] = 0xeb;
    assert.deepEqual(await sheetTexts(book), { 'a.book#One': 'Zoë\n' });
  });

  test('with lines of one width, where that is asked for', async () => {
    const texts = await sheetTexts(workbook({ One: titled }), {}, { evenRows: true });
    assert.deepEqual(texts, { 'a.book#One': '\n,Baby names,\n\n,Name,Count\n\n,Zoë,3\n' });
  });

  test('is read with the numbers of its rows as those of lines', async () => {
    const source = await opened(workbook({ One: titled }));
    const [file] = source.files as [SourceFile];
    const seen: [number, number, string[]][] = [];
    const reader = createDelimitedReader({
      dialect: file.dialect as Dialect,
      limits: DEFAULT_LIMITS,
      onRecord: ({ lineStart, record, cells }) => seen.push([lineStart, record, [...cells]]),
      onError: () => assert.fail('every line of a sheet is well-formed'),
    });
    for await (const chunk of file.open()) reader.push(chunk);
    reader.end();
    assert.deepEqual(seen, [
      [2, 1, ['', 'Baby names']],
      [4, 2, ['', 'Name', 'Count']],
      [6, 3, ['', 'Zoë', '3']],
    ]);
  });

  test('that is hidden is read too, and an empty one is an empty text', async () => {
    const book = bookOf({
      First: sheetOf([['a']]),
      Hidden: sheetOf([['b']]),
      Empty: {},
    });
    book.Workbook = { Sheets: [{ Hidden: 0 }, { Hidden: 2 }, { Hidden: 1 }] };
    assert.deepEqual(await sheetTexts(written(book)), {
      'a.book#First': 'a\n',
      'a.book#Hidden': 'b\n',
      'a.book#Empty': '',
    });
  });

  test('of a workbook that counts its days from 1904 has the same dates', async () => {
    const book = bookOf({ Dates: { '!ref': 'A1', A1: { t: 'n', v: 42_765, z: 'yyyy-mm-dd' } } });
    book.Workbook = { WBProps: { date1904: true } };
    assert.deepEqual(await sheetTexts(written(book)), { 'a.book#Dates': '2021-01-31\n' });
  });

  test('tells its name and that nothing is to be detected', async () => {
    const { kind, files } = await opened(workbook({ 'Table 6 - Boys': titled }));
    assert.deepEqual(
      [kind, files.map(({ name, sheet, dialect, size }) => ({ name, sheet, dialect, size }))],
      [
        'workbook',
        [
          {
            name: 'a.book#Table 6 - Boys',
            sheet: 'Table 6 - Boys',
            dialect: { separator: ',', quote: '"', encoding: 'utf-8' },
            size: null,
          },
        ],
      ],
    );
  });
});

test('workbooks in an archive or in gzip are read sheet by sheet, in their places', async () => {
  const boys = workbook({ One: sheetOf([['Noah', 1]]), Two: sheetOf([['Leo', 2]]) });
  const girls = workbook({ One: sheetOf([['Olivia', 3]]) }, 'biff8');
  const archive = craftZip([
    { name: 'b/boys.xlsx', data: boys },
    { name: 'readme.txt', data: 'about' },
    { name: 'girls.xls', data: girls },
  ]);
  assert.deepEqual(await sheetTexts(archive), {
    'b/boys.xlsx#One': 'Noah,1\n',
    'b/boys.xlsx#Two': 'Leo,2\n',
    'readme.txt': 'about',
    'girls.xls#One': 'Olivia,3\n',
  });
  assert.equal((await opened(archive)).kind, 'zip');
  const packed = await opened(gzipSync(girls), {}, {}, 'girls.xls.gz');
  assert.deepEqual([packed.kind, packed.files.map(({ name }) => name)], ['gzip', ['girls.xls#One']]);
});

test('sheets are read in any order, of several workbooks by turns', async () => {
  const book = (name: string): Buffer => workbook({ One: sheetOf([[name, 1]]), Two: sheetOf([[name, 2]]) });
  const source = await opened(
    craftZip([
      { name: 'a.xlsx', data: book('a') },
      { name: 'b.xlsx', data: book('b') },
    ]),
  );
  const orders = [3, 0, 2, 1, 0];
  const read = await Promise.all(orders.map(async (at) => text((source.files[at] as SourceFile).open())));
  assert.deepEqual(read, ['b,2\n', 'a,1\n', 'b,1\n', 'a,2\n', 'a,1\n']);
  await source.close();
});

test('small workbooks of an archive are read once, whatever their sheets are read for', async () => {
  const data = workbook({ One: sheetOf([['a', 1]]), Two: sheetOf([['b', 2]]) });
  const source = await opened(craftZip(['a.xlsx', 'b.xlsx'].map((name) => ({ name, data }))));
  const readAll = async (): Promise<string[]> => {
    const read: string[] = [];
    for (const file of source.files) read.push(await text(file.open()));
    return read;
  };
  const texts = await readAll();
  const once = source.bytesRead();
  assert.ok(once > 0);
  assert.deepEqual([await readAll(), source.bytesRead()], [texts, once]);
  await source.close();
});

test('a sheet ends with the reason of whoever aborts', async () => {
  const { files } = await opened(workbook({ One: sheetOf([['a']]) }));
  const [file] = files as [SourceFile];
  const reason = new Error('canceled');
  const controller = new AbortController();
  const reading = text(file.open(controller.signal));
  controller.abort(reason);
  await assert.rejects(reading, (error) => error === reason);
  assert.equal(await text(file.open()), 'a\n');
});

async function opened(
  upload: Buffer,
  limits: Partial<IngestionLimits> = {},
  options: SourceOptions = {},
  name = 'a.book',
): Promise<Source> {
  await store.write('upload', Readable.from([upload]));
  return openSource(store, 'upload', name, { ...DEFAULT_LIMITS, ...limits }, options);
}

async function sheetTexts(
  upload: Buffer,
  limits: Partial<IngestionLimits> = {},
  options: SourceOptions = {},
): Promise<Record<string, string>> {
  const source = await opened(upload, limits, options);
  const read: Record<string, string> = {};
  for (const file of source.files) read[file.name] = await text(file.open());
  await source.close();
  return read;
}
