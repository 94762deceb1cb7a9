import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { openSource, type SourceFile, type SourceOptions } from './source-files.ts';

const PX = 'CHARSET="ANSI";STUB="A";VALUES("A")="x";DATA=1;';
const JSON_STAT = JSON.stringify({
  class: 'dataset',
  id: ['A'],
  size: [1],
  dimension: { A: { label: 'Side', category: { index: ['x'] } } },
  value: [1],
});
const CSV = 'Name,Count\nMary,7065\n';

let folder = '';
let store: FileStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cubes-'));
  store = createLocalFileStore(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

test('cubes are read as tables: alone, in gzip and in an archive', async () => {
  const archive = craftZip([
    { name: 'a.px', data: PX },
    { name: 'b.csv', data: CSV },
    { name: 'c.json', data: `\uFEFF ${JSON_STAT}` },
  ]);
  const [px, stat] = ['A,VALUE,STATUS\nx,1,\n', 'A,Side,VALUE,STATUS\nx,x,1,\n'];
  assert.deepEqual(await texts(Buffer.from(PX)), { 'a.file#cells': px });
  assert.deepEqual(await texts(gzipSync(JSON_STAT)), { 'a.file#cells': stat });
  assert.deepEqual(await texts(archive), { 'a.px#cells': px, 'b.csv': CSV, 'c.json#cells': stat });
});

test('the table of a cube says how it is written', async () => {
  const [file] = await files(Buffer.from(PX), { cubes: true });
  assert.deepEqual(file?.dialect, { separator: ',', quote: '"', encoding: 'utf-8' });
});

test('cubes stay the texts that they are for whoever does not ask for tables', async () => {
  assert.deepEqual(await texts(Buffer.from(JSON_STAT), {}), { 'a.file': JSON_STAT });
});

for (const content of ['{"name":"Mary"}\n{"name":"Anna"}\n', '{', '{}', 'TITLE="a"\n', CSV]) {
  test(`${JSON.stringify(content)} is no cube and stays as it is`, async () => {
    assert.deepEqual(await texts(Buffer.from(content)), { 'a.file': content });
  });
}

test('a cube that does not add up is refused before it is read', async () => {
  const broken = Buffer.from(JSON_STAT.replace('[1]}', '[1,2]}'));
  await assert.rejects(files(broken, { cubes: true }), { name: 'AppError', code: 'cube_invalid' });
});

async function files(upload: Buffer, options: SourceOptions): Promise<readonly SourceFile[]> {
  await store.write('upload', Readable.from([upload]));
  return (await openSource(store, 'upload', 'a.file', DEFAULT_LIMITS, options)).files;
}

async function texts(
  upload: Buffer,
  options: SourceOptions = { cubes: true },
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const file of await files(upload, options)) found[file.name] = await text(file.open());
  return found;
}
