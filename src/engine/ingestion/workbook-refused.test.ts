import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import {
  bookOf,
  encryptedWorkbook,
  oldDocument,
  repacked,
  sheetOf,
  workbook,
  written,
} from '#test/support/workbooks.ts';
import { DEFAULT_LIMITS, type IngestionLimits } from './limits.ts';
import { openSource } from './source-files.ts';

const MEGABYTE = 1024 * 1024;

let folder = '';
let store: FileStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbooks-refused-'));
  store = createLocalFileStore(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

describe('a workbook is refused:', () => {
  const small = workbook({ One: sheetOf([['Name'], ['Zoë']]) });
  const bomb = repacked(workbook({ One: sheetOf([['a']]) }), {
    'xl/worksheets/sheet1.xml': Buffer.alloc(20 * MEGABYTE, ' '),
  });
  const long = sheetOf(Array.from({ length: 300 }, () => ['x'.repeat(10_000)]));
  const repeating = written(bookOf({ One: long }), 'xlsx', { bookSST: true });
  const cases: Readonly<Record<string, [code: string, upload: Buffer, limits?: Partial<IngestionLimits>]>> = {
    'a workbook that would unpack to hundreds of times its size': ['archive_limit', bomb],
    'a workbook with too many parts': ['archive_limit', small, { maxArchiveEntries: 3 }],
    'a workbook that unpacks to too much': ['archive_limit', small, { maxProducedBytes: 100 }],
    'a workbook in which one long string stands in many cells': [
      'workbook_too_large',
      repeating,
      { maxProducedBytes: MEGABYTE },
    ],
    'a workbook that is cut off': ['workbook_damaged', small.subarray(0, -30)],
    'a part with another checksum': [
      'workbook_damaged',
      repacked(small, {}, { 'xl/workbook.xml': { crc32: 1 } }),
    ],
    'a part that is larger than it says': [
      'workbook_damaged',
      repacked(small, {}, { 'xl/worksheets/sheet1.xml': { size: 10 } }),
    ],
    'a sheet beyond the last row': [
      'workbook_too_large',
      repacked(small, {
        'xl/worksheets/sheet1.xml': Buffer.from(
          '<worksheet><sheetData><row r="99999999"><c r="A99999999"><v>1</v></c></row></sheetData></worksheet>',
        ),
      }),
    ],
    'an older workbook that is cut off': [
      'workbook_damaged',
      workbook({ One: {} }, 'biff8').subarray(0, 900),
    ],
    'a workbook with a password': ['archive_encrypted', encryptedWorkbook()],
    'an old document that is no workbook': ['format_unsupported', oldDocument()],
  };
  for (const [title, [code, upload, limits]] of Object.entries(cases)) {
    test(title, async () => {
      await assert.rejects(readAll(upload, limits), (error: Error & { code?: string }) => {
        assert.equal(error.code, code, error.stack);
        assert.match(error.message, /\. /);
        return true;
      });
    });
  }

  test('a workbook of more bytes than are held in memory', async () => {
    const upload = Buffer.concat([small, Buffer.alloc(65 * MEGABYTE)]);
    await assert.rejects(readAll(upload), { code: 'workbook_too_large' });
  });
});

async function readAll(upload: Buffer, limits: Partial<IngestionLimits> = {}): Promise<void> {
  await store.write('upload', Readable.from([upload]));
  const source = await openSource(store, 'upload', 'a.book', { ...DEFAULT_LIMITS, ...limits });
  for (const file of source.files) await buffer(file.open());
  await source.close();
}
