import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportFile } from '#engine/imports/import-file.ts';
import { inspectImport } from '#engine/imports/inspect-import.ts';
import { openImport, type OpenedImport } from '#engine/imports/open-import.ts';
import type { Resource } from '#engine/imports/resource.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { plants } from '#test/support/plants.ts';
import { files, limits, stage, uploaded } from './staging-scene.ts';

const gardeners: Resource = {
  ...plants,
  name: 'gardeners',
  references: [],
  fields: [
    { name: 'name', type: 'text', isRequired: true, read: (value) => ({ value }), description: 'A name' },
  ],
};

async function opened(content: string | Buffer, options: Partial<ImportFile> = {}): Promise<OpenedImport> {
  const found = await openImport({ files, limits }, await uploaded(content, options), plants);
  await found.close();
  return found;
}

const FORMATS: Readonly<Record<string, { text: string | Buffer; shape: string }>> = {
  commas: { text: 'code,gardener\nA,"K, m"\n', shape: 'csv , utf-8' },
  semicolons: { text: 'code;gardener\nA;1,5\n', shape: 'csv ; utf-8' },
  tabs: { text: 'code\tgardener\nA\tK\n', shape: 'tsv \t utf-8' },
  bars: { text: 'code|gardener\nA|K\n', shape: 'csv | utf-8' },
  'a header that speaks against its lines': {
    text: 'code;gardener\nA;a, b, c\nB;d, e, f\nC;g, h, i\n',
    shape: 'csv ; utf-8',
  },
  'a byte-order mark': { text: '\uFEFFcode;gardener\nA;K\n', shape: 'csv ; utf-8' },
  'UTF-16': { text: Buffer.from('\uFEFFcode;gardener\nA;K\n', 'utf16le'), shape: 'csv ; utf-16le' },
  'another encoding': {
    text: Buffer.from('code;gardener\nA;Jos\xE9\nB;Andr\xE9\n', 'latin1'),
    shape: 'csv ; windows-1252',
  },
  'JSON objects': { text: '\n {"code":"A","gardener":"K"}\n', shape: 'ndjson , utf-8' },
  'title lines': { text: 'Our plants\n\ncode,note,gardener\nA,x,K\nB,y,K\n', shape: 'csv , utf-8' },
};

for (const [name, { text, shape }] of Object.entries(FORMATS)) {
  test(`format and encoding are found: ${name}`, async () => {
    const { files: found } = await opened(text);
    assert.deepEqual(
      found.map(({ format, dialect, encoding }) => `${format} ${dialect.separator} ${encoding.encoding}`),
      [shape],
    );
    const { rows, result } = await stage(text);
    assert.deepEqual([rows[0]?.['code'], result.rejected], ['A', 0]);
  });
}

const REFUSED: Readonly<Record<string, { text: string; options?: Partial<ImportFile>; code: string }>> = {
  'a missing column': { text: 'note\nx\n', code: 'missing_columns' },
  'two columns for one field': { text: 'code,Code,gardener\nA,A,K\n', code: 'duplicate_header' },
  'a header that is not well-formed': { text: '"code"x,gardener\nA,K\n', code: 'missing_header' },
  'CSV that should be NDJSON': { text: 'code\nA\n', options: { format: 'ndjson' }, code: 'format_mismatch' },
  'NDJSON that should be CSV': {
    text: '{"code":"A"}\n',
    options: { format: 'csv' },
    code: 'format_mismatch',
  },
  'a JSON array': { text: '[\n{"code":"A","gardener":"K"}]\n', code: 'format_mismatch' },
  'a wrong mapping': { text: 'a\nA\n', options: { mapping: { a: 'colour' } }, code: 'invalid_mapping' },
  'no text': { text: '%PDF-1.4 code,gardener\n', code: 'not_text' },
};

for (const [name, { text, options, code }] of Object.entries(REFUSED)) {
  test(`refused before the first record: ${name}`, async () => {
    await assert.rejects(opened(text, options), { name: 'AppError', kind: 'unprocessable', code });
  });
}

test('unknown columns are a warning', async () => {
  const { warnings } = await opened('code,colour,gardener,pot\nA,red,K,1\n');
  assert.deepEqual(
    warnings.map(({ code, count, examples }) => [code, count, examples]),
    [['unknown_column', 2, ['colour', 'pot']]],
  );
});

test('a mapping names columns by their words in the file', async () => {
  const { rows, warnings } = await stage('Sku,Wer,code\nA,Kim,x\n', {
    mapping: { Sku: 'code', Wer: 'gardener', code: null },
  });
  assert.deepEqual([rows[0]?.['code'], rows[0]?.['gardener'], warnings], ['A', 'Kim', []]);
});

test('of an archive only the files of the resource are read, or all where none is named after it', async () => {
  const csv = 'code,gardener\nA,K\n';
  const named = await opened(
    craftZip([
      { name: 'plants.csv', data: csv },
      { name: 'x/PLANTS-2.csv', data: csv },
      { name: 'plantsandmore.csv', data: 'x' },
      { name: 'gardeners.csv', data: 'x' },
    ]),
  );
  assert.deepEqual(
    named.files.map(({ source }) => source.name),
    ['plants.csv', 'x/PLANTS-2.csv'],
  );
  const all = await opened(
    craftZip([
      { name: 'a.csv', data: csv },
      { name: 'b.csv', data: csv },
    ]),
  );
  assert.equal(all.files.length, 2);
});

test('an inspection proposes the resource and its mapping, and masks what is secret', async () => {
  const { fileKey } = await uploaded('Code;gardener;pin;API token;pot\nA;Kim;sesame;t0ken;1\n');
  const upload = { fileKey, filename: 'x.csv', format: null, mapping: null };
  const found = await inspectImport({ files, limits }, upload, [gardeners, plants]);
  assert.deepEqual(
    [found.resource_type, found.format, found.separator, found.encoding, found.header.length],
    ['plants', 'csv', ';', 'utf-8', 5],
  );
  assert.deepEqual(found.candidates[0]?.mapping, { Code: 'code', gardener: 'gardener', pin: 'pin' });
  assert.deepEqual(found.candidates[1]?.missing, ['name']);
  assert.deepEqual(found.first_rows, [['A', 'Kim', '***', '***', '1']]);
});

test('an inspection of NDJSON shows values by key', async () => {
  const { fileKey } = await uploaded('{"code":"A","pin":"sesame"}\n{"note":{"a":1}}\n');
  const upload = { fileKey, filename: 'x.ndjson', format: null, mapping: null };
  const found = await inspectImport({ files, limits }, upload, [plants]);
  assert.deepEqual(found.header, ['code', 'pin', 'note']);
  assert.deepEqual(found.first_rows, [
    ['A', '***', null],
    [null, '***', '{"a":1}'],
  ]);
  assert.deepEqual(found.candidates[0]?.missing, ['gardener_id or gardener']);
});
