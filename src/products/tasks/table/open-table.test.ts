import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { craftZip } from '#test/support/crafted-zip.ts';
import { runOver } from '#test/support/operation-run.ts';
import { select } from '../operations/select.ts';
import type { TableInput } from './table-input.ts';

/** What a copy of a file is, when it is read in some way. */
async function copied(
  content: string | Buffer,
  input: TableInput = {},
  options: object = {},
): Promise<string> {
  const { bytes } = await runOver(select, { ...options }, { content, input });
  return bytes.toString('latin1');
}

test('a file without a header has columns by number, and its first line is a record', async () => {
  assert.equal(await copied('1;2\n3;4\n', { header: false }, { columns: ['_2'] }), '2\n4\n');
});

test('titles before the header are no records, empty lines neither', async () => {
  const content = 'Names of a town\n\nname;count\nAda;1\n\nBo;2\n';
  assert.equal(await copied(content, {}, { columns: ['count'] }), 'count\n1\n2\n');
});

const marks: readonly [name: string, start: Buffer, text: (text: string) => Buffer][] = [
  ['utf-8', Buffer.from([0xef, 0xbb, 0xbf]), (text) => Buffer.from(text)],
  ['utf-16le', Buffer.from([0xff, 0xfe]), (text) => Buffer.from(text, 'utf16le')],
  ['utf-16be', Buffer.from([0xfe, 0xff]), (text) => Buffer.from(text, 'utf16le').swap16()],
];

for (const [name, mark, encode] of marks) {
  test(`a byte-order mark of ${name} stays, and is no part of the first name`, async () => {
    const content = Buffer.concat([mark, encode('id,ü\r\n1,ß\r\n')]);
    const { bytes } = await runOver(select, { columns: ['id', 'ü'] }, { content });
    assert.deepEqual(bytes, content);
  });
}

test('what the caller says overrules what the content says', async () => {
  assert.equal(await copied('a|b,c\n1|2,3\n', { separator: '|' }, { columns: ['b,c'] }), 'b,c\n2,3\n');
  assert.equal(await copied('a~b\n1~2\n', { separator: '~' }, { columns: ['b'] }), 'b\n2\n');
  assert.equal(await copied('a,b\n5",2\n', { quote: 'none' }, { columns: ['a'] }), 'a\n5"\n');
  const where = [{ column: 'a', is: 'equals', value: 'Ж' }];
  const cyrillic = Buffer.from([0x61, 0x0a, 0xf6, 0x0a, 0x62, 0x0a]);
  assert.equal(await copied(cyrillic, { encoding: 'koi8-r' }, { where }), 'a\n\xF6\n');
});

test('a file of an archive is read where it is the only one, or named', async () => {
  const one = { name: 'a.csv', data: 'x\n1\n' };
  const both = craftZip([one, { name: 'b.csv', data: 'y\n2\n' }]);
  assert.equal(await copied(craftZip([one])), 'x\n1\n');
  assert.equal(await copied(both, { part: 'b.csv' }), 'y\n2\n');
  assert.equal(await copied(gzipSync('x\n1\n')), 'x\n1\n');
  await assert.rejects(copied(both), { code: 'part_required', details: { parts: ['a.csv', 'b.csv'] } });
  await assert.rejects(copied(both, { part: 'c.csv' }), { code: 'unknown_part' });
});

test('a header that is not well-formed is refused, and an empty file', async () => {
  await assert.rejects(copied('"a,b\n1,2\n', { format: 'csv', separator: ',', quote: '"' }), {
    code: 'missing_header',
  });
  await assert.rejects(copied(''), { code: 'empty_file' });
});

test('a header alone is a table without records', async () => {
  const { bytes, recordsRead } = await runOver(select, {}, { content: 'a,b\r\n' });
  assert.deepEqual([bytes.toString(), recordsRead], ['a,b\r\n', 0]);
});
