import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { runOver } from '#test/support/operation-run.ts';
import { split } from './split.ts';

/** The files of a zip by name, read as uploads are. */
async function unpacked(t: TestContext, zip: Buffer): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'affirm-split-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'parts'), zip);
  const source = await openSource(createLocalFileStore(folder), 'parts', 'parts.zip', DEFAULT_LIMITS);
  const parts: Record<string, string> = {};
  for (const file of source.files) parts[file.name] = (await buffer(file.open())).toString();
  return parts;
}

const content = 'id,town\r\n1,"Bern"\r\n2,Köln\n3,../etc/passwd\n4,\n5,Bern';

test('so many records go into each part, the rest into the last one', async (t) => {
  const { bytes, outcome } = await runOver(split, { rows: 2 }, { content });
  assert.deepEqual(await unpacked(t, bytes), {
    'part-0001.csv': 'id,town\r\n1,"Bern"\r\n2,Köln\n',
    'part-0002.csv': 'id,town\r\n3,../etc/passwd\n4,\n',
    'part-0003.csv': 'id,town\r\n5,Bern\r\n',
  });
  assert.deepEqual(outcome, { recordsWritten: 5, details: { parts: 3 } });
});

test('records of one text come together, in a part whose name is no path', async (t) => {
  const { bytes, report } = await runOver(split, { column: 'town' }, { content });
  assert.deepEqual(await unpacked(t, bytes), {
    'Bern.csv': 'id,town\r\n1,"Bern"\r\n5,Bern\r\n',
    'Köln.csv': 'id,town\r\n2,Köln\n',
    '_etc_passwd.csv': 'id,town\r\n3,../etc/passwd\n',
    'empty.csv': 'id,town\r\n4,\n',
  });
  assert.equal(report.accepted, 5);
});

test('many large parts are put aside on disk, and nothing of them is lost', async (t) => {
  const wide = 'x'.repeat(2000);
  const rows = Array.from({ length: 12_000 }, (_, at) => `${at % 7},${at},${wide}\n`);
  const { bytes } = await runOver(split, { column: 'k' }, { content: `k,n,w\n${rows.join('')}` });
  const parts = await unpacked(t, bytes);
  for (let key = 0; key < 7; key++) {
    const expected = rows.filter((_, at) => at % 7 === key);
    assert.ok(parts[`${key}.csv`] === `k,n,w\n${expected.join('')}`, `part ${key}`);
  }
});

test('more parts than allowed fail, by rows and by column', async () => {
  for (const options of [{ rows: 1 }, { column: 'id' }]) {
    await assert.rejects(runOver(split, { ...options, max_parts: 4 }, { content }), {
      code: 'split_limit',
    });
  }
});
