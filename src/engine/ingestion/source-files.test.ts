import assert from 'node:assert/strict';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { DEFAULT_LIMITS, type IngestionLimits } from './limits.ts';
import { openSource } from './source-files.ts';

const TEXT = 'Mary,F,7065\r\nAnna,F,2604\r\n';
const MEGABYTE = 1024 * 1024;
const noise = Buffer.from(
  Uint8Array.from({ length: 3 * MEGABYTE }, (_, index) => (index * index * 31 + (index >> 8)) & 0xff),
);

const officeTypes = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>';
const officeDocument = craftZip([{ name: '[Content_Types].xml', data: officeTypes }]);

let folder = '';
let store: FileStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-files-'));
  store = createLocalFileStore(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

describe('read', () => {
  const zipped = (name: string | Buffer, data: string | Buffer = TEXT, method = 8): Buffer =>
    craftZip([{ name, data, method }]);
  const cases: Readonly<Record<string, [upload: Buffer, files: Record<string, string>, name?: string]>> = {
    'a plain text': [Buffer.from(TEXT), { 'a.csv': TEXT }, 'a.csv'],
    'a plain text that calls itself zip': [Buffer.from(TEXT), { 'a.zip': TEXT }, 'a.zip'],
    'a gzip file': [gzipSync(TEXT), { 'yob1880.txt': TEXT }, 'yob1880.txt.gz'],
    'gzip members one after the other': [Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]), { x: 'a\nb\n' }],
    'a gzip file padded with NUL bytes': [Buffer.concat([gzipSync(TEXT), Buffer.alloc(600)]), { x: TEXT }],
    'a stored entry': [zipped('a.txt', TEXT, 0), { 'a.txt': TEXT }],
    'an empty entry': [zipped('a.txt', ''), { 'a.txt': '' }],
    'entries in the order of the directory': [
      craftZip([
        { name: 'b.txt', data: 'b' },
        { name: 'a/', data: '', method: 0 },
        { name: 'a/c.txt', data: 'c' },
        { name: '__MACOSX/._b.txt', data: 'litter' },
        { name: 'a/.DS_Store', data: 'litter' },
        { name: 'a.txt', data: 'a' },
      ]),
      { 'b.txt': 'b', 'a/c.txt': 'c', 'a.txt': 'a' },
    ],
    'a name in UTF-8 without the flag': [
      zipped(Buffer.from('Vornamen Köln.csv')),
      { 'Vornamen Köln.csv': TEXT },
    ],
    'a name in code page 437': [zipped(Buffer.from('K\x94ln.csv', 'latin1')), { 'Köln.csv': TEXT }],
    'a name that points elsewhere, which is a name and no path': [
      zipped('../../etc/passwd'),
      { '../../etc/passwd': TEXT },
    ],
    'an entry of several pieces': [zipped('a.bin', noise), { 'a.bin': noise.toString('latin1') }],
    'an office document in an archive, for whoever can read it': [
      zipped('b.docx', officeDocument, 0),
      { 'b.docx': officeDocument.toString('latin1') },
    ],
  };
  for (const [title, [upload, files, name]] of Object.entries(cases)) {
    test(title, async () => assert.deepEqual(await contents(upload, {}, name), Object.entries(files)));
  }
});

describe('refused before anything is read', () => {
  const two = [
    { name: 'a.txt', data: TEXT },
    { name: 'b.txt', data: TEXT },
  ] as const;
  const cases: Readonly<Record<string, [code: string, upload: Buffer, limits?: Partial<IngestionLimits>]>> = {
    'an empty file': ['empty_file', Buffer.alloc(0)],
    'a gzip file of nothing': ['empty_file', gzipSync('')],
    'an archive without files': ['empty_file', craftZip([{ name: 'a/', data: '', method: 0 }])],
    'a PDF': ['not_text', Buffer.from('%PDF-1.7\n...')],
    'a PNG': ['not_text', Buffer.from('\x89PNG\r\n\x1A\n...', 'latin1')],
    'an office document that is no workbook': ['format_unsupported', officeDocument],
    'the beginning of an old workbook': ['workbook_damaged', Buffer.from('D0CF11E0A1B11AE1', 'hex')],
    'an archive of another kind': ['format_unsupported', Buffer.from('377ABCAF271C', 'hex')],
    'garbage behind a gzip file that was read to its end': [
      'archive_damaged',
      Buffer.concat([gzipSync(TEXT), Buffer.from('garbage')]),
    ],
    'gzip that is none': ['archive_damaged', Buffer.from('1F8B08FFFFFFFFFFFFFFFFFF', 'hex')],
    'an encrypted entry': ['archive_encrypted', craftZip([{ ...two[0], flags: 0x1 }])],
    'strong encryption': ['archive_encrypted', craftZip([{ ...two[0], flags: 0x41 }])],
    'another method': ['format_unsupported', craftZip([{ ...two[0], method: 12 }])],
    'an archive in the archive by its name': [
      'archive_nested',
      craftZip([{ name: 'a/inner.ZIP', data: TEXT }]),
    ],
    'an archive in the archive by its bytes': [
      'archive_nested',
      craftZip([{ name: 'a.txt', data: craftZip(two) }]),
    ],
    'a gzip file in the archive': [
      'archive_nested',
      craftZip([{ name: 'a.txt', data: gzipSync(TEXT), method: 0 }]),
    ],
    'a zip archive in gzip': ['archive_nested', gzipSync(craftZip(two))],
    'a name twice': ['archive_damaged', craftZip([two[0], two[0]])],
    'entries that share bytes': ['archive_damaged', craftZip([two[0], { ...two[1], headerOffset: 0 }])],
    'an entry that is not where it should be': [
      'archive_damaged',
      craftZip([{ ...two[0], headerOffset: 3 }]),
    ],
    'an entry beyond the end': ['archive_damaged', craftZip([{ ...two[0], compressedSize: 1_000_000 }])],
    'too many entries': ['archive_limit', craftZip(two), { maxArchiveEntries: 1 }],
    'too much declared': ['archive_limit', craftZip(two), { maxProducedBytes: 40 }],
    'a zip bomb': ['archive_limit', craftZip([{ name: 'a.txt', data: Buffer.alloc(2 * MEGABYTE) }])],
  };
  for (const [title, [code, upload, limits]] of Object.entries(cases)) {
    test(title, async () => {
      await store.write('upload', Readable.from([upload]));
      const opening = openSource(store, 'upload', 'x', { ...DEFAULT_LIMITS, ...limits });
      await assert.rejects(
        opening,
        (error) => error instanceof AppError && error.code === code && /\. /.test(error.message),
      );
    });
  }
});

describe('refused while reading', () => {
  const whole = gzipSync(noise);
  const cases: Readonly<Record<string, [code: string, upload: Buffer, limits?: Partial<IngestionLimits>]>> = {
    'a wrong checksum': ['compression_error', craftZip([{ name: 'a.txt', data: TEXT, crc32: 1 }])],
    'more bytes than declared': ['compression_error', craftZip([{ name: 'a.txt', data: TEXT, size: 3 }])],
    'fewer bytes than declared': ['compression_error', craftZip([{ name: 'a.txt', data: TEXT, size: 300 }])],
    'damaged deflate data': [
      'compression_error',
      craftZip([{ name: 'a.txt', data: TEXT, packed: Buffer.from([0xff, 0xff]) }]),
    ],
    'something behind deflate data': [
      'compression_error',
      craftZip([
        { name: 'a.txt', data: TEXT, packed: Buffer.concat([deflateRawSync(TEXT), Buffer.from('more')]) },
      ]),
    ],
    'a gzip file cut off': ['compression_error', whole.subarray(0, -100_000)],
    'garbage behind gzip': ['compression_error', Buffer.concat([whole, Buffer.from('garbage')])],
    'gzip with a wrong checksum': [
      'compression_error',
      Buffer.from(whole).fill(0, whole.length - 8, whole.length - 4),
    ],
    'a gzip bomb': ['archive_limit', gzipSync(Buffer.alloc(2 * MEGABYTE))],
    'too much produced': ['archive_limit', whole, { maxProducedBytes: MEGABYTE }],
  };
  for (const [title, [code, upload, limits]] of Object.entries(cases)) {
    test(title, async () => {
      await assert.rejects(
        contents(upload, limits),
        (error) => error instanceof AppError && error.code === code,
      );
    });
  }
});

test('an archive with 64-bit sizes, written as a stream', async () => {
  const zip = new ZipFile();
  zip.addReadStream(Readable.from([Buffer.from('a,'), Buffer.from('b\n')]), 'ü.csv', {
    forceZip64Format: true,
  });
  zip.addBuffer(Buffer.from('c'), 'c.csv', { forceZip64Format: true });
  zip.end({ forceZip64Format: true, comment: 'packed elsewhere' });
  assert.deepEqual(await contents(await buffer(zip.outputStream)), [
    ['ü.csv', 'a,b\n'],
    ['c.csv', 'c'],
  ]);
});

test('a zip archive cut off anywhere is refused as damaged', async () => {
  const archive = craftZip([
    { name: 'a.txt', data: TEXT },
    { name: 'b.txt', data: 'b' },
  ]);
  for (let end = 4; end < archive.length; end++) {
    await assert.rejects(contents(archive.subarray(0, end)), { name: 'AppError', code: 'archive_damaged' });
  }
});

test('whatever byte of an archive is wrong: the right content or a refusal, never anything else', async () => {
  const archives = [
    craftZip([
      { name: 'a.txt', data: TEXT },
      { name: 'b.txt', data: noise.subarray(0, 300) },
    ]),
    gzipSync(TEXT),
  ];
  const intact = await Promise.all([
    contents(archives[0] as Buffer, {}, 'x', 'one'),
    contents(archives[1] as Buffer, {}, 'x', 'two'),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.nat(1), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, place, change) => {
      const archive = Buffer.from(archives[which] as Buffer);
      const at = place % archive.length;
      archive[at] = (archive[at] as number) ^ change;
      try {
        const read = await contents(archive);
        // A changed name is a name as well, and gzip without its magic is a plain text.
        const expected = intact[which]?.map(([, content]) => content);
        const isPlain = at < 3 || read.some(([, content]) => content === archive.toString('latin1'));
        if (!isPlain)
          assert.deepEqual(
            read.map(([, content]) => content),
            expected?.slice(0, read.length),
          );
      } catch (error) {
        assert.ok(error instanceof AppError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test('progress counts the stored bytes that were read', async () => {
  const archive = craftZip([{ name: 'a.bin', data: noise }]);
  await store.write('progress', Readable.from([archive]));
  const source = await openSource(store, 'progress', 'x.zip', DEFAULT_LIMITS);
  assert.equal(source.bytesRead(), 0);
  for await (const chunk of source.files[0]?.open() ?? []) assert.ok(chunk.length > 0);
  assert.ok(source.bytesRead() > archive.length - 200 && source.bytesRead() <= archive.length);
});

for (const [kind, upload] of Object.entries({
  plain: noise,
  gzip: gzipSync(noise),
  zip: craftZip([{ name: 'a', data: noise }]),
})) {
  test(`${kind}: an abort ends the reading with its reason`, async () => {
    await store.write(`abort-${kind}`, Readable.from([upload]));
    const { files } = await openSource(store, `abort-${kind}`, 'x', DEFAULT_LIMITS);
    const controller = new AbortController();
    const reason = new Error('canceled');
    await assert.rejects(
      async () => {
        for await (const chunk of files[0]?.open(controller.signal) ?? [])
          if (chunk.length > 0) controller.abort(reason);
      },
      (error) => error === reason,
    );
    await noHandleLeft(`abort-${kind}`);
  });

  test(`${kind}: leaving early closes the file`, async () => {
    await store.write(`leave-${kind}`, Readable.from([upload]));
    const { files } = await openSource(store, `leave-${kind}`, 'x', DEFAULT_LIMITS);
    for await (const chunk of files[0]?.open() ?? []) if (chunk.length > 0) break;
    await noHandleLeft(`leave-${kind}`);
  });
}

async function contents(
  upload: Buffer,
  limits: Partial<IngestionLimits> = {},
  name = 'x',
  key = 'upload',
): Promise<[string, string][]> {
  await store.write(key, Readable.from([upload]));
  const source = await openSource(store, key, name, { ...DEFAULT_LIMITS, ...limits });
  const read: [string, string][] = [];
  for (const file of source.files) {
    const bytes = await buffer(file.open());
    assert.ok(file.size === null || file.size === bytes.length);
    read.push([file.name, bytes.toString('latin1')]);
  }
  await source.close();
  return read;
}

/** Only Linux tells which files are open. */
async function noHandleLeft(key: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const isOpen = async (): Promise<boolean> => {
    const handles = await readdir('/proc/self/fd');
    const targets = await Promise.all(
      handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')),
    );
    return targets.some((target) => target.endsWith(`/${key}`));
  };
  for (let turn = 0; turn < 100; turn++) {
    if (!(await isOpen())) return;
    await setImmediate();
  }
  assert.fail(`${key} is still open`);
}
