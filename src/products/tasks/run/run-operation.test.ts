import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { Type } from 'typebox';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { writeRecord } from '../table/copy-record.ts';
import { openTable } from '../table/open-table.ts';
import { formLike } from '../table/table-form.ts';
import { defineOperation, type Operation } from '../operations/operation.ts';
import { runOperation } from './run-operation.ts';

const about = { id: 'odd', summary: '', description: '', options: Type.Object({}), example: {} };

/** Copies a table and does something odd with each record. */
function odd(each: (record: number) => void, counts = true): Operation {
  return defineOperation({
    ...about,
    async run({ table, result, ledger }) {
      result.open(formLike(table));
      await table.read({
        record(record) {
          each(record.record);
          writeRecord(record, result);
          if (counts || record.record > 1) ledger.use();
        },
      });
      return { recordsWritten: 0 };
    },
  });
}

interface Scene {
  readonly files: FileStore;
  readonly scratchDir: string;
  run(operation: Operation, signal?: AbortSignal): Promise<unknown>;
  keys(): Promise<string[]>;
}

async function scene(t: TestContext, content: string): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'affirm-run-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = createLocalFileStore(join(folder, 'files'));
  const scratchDir = join(folder, 'scratch');
  await files.write('source', Readable.from([Buffer.from(content)]));
  return {
    files,
    scratchDir,
    async run(operation, signal = new AbortController().signal) {
      const limits = DEFAULT_LIMITS;
      const file = await openTable({ files, limits }, { key: 'source', filename: 't.csv', input: {} });
      const keys = { result: 'result', rejects: 'rejects' };
      const progress = (): void => undefined;
      return runOperation({
        operation,
        options: {},
        file,
        second: undefined,
        files,
        keys,
        limits,
        scratchDir,
        signal,
        progress,
      });
    },
    async keys() {
      const found: string[] = [];
      for await (const { key } of files.list('')) found.push(key);
      return found.sort();
    },
  };
}

const TABLE = `a,b\n${'1,2\n'.repeat(500_000)}3\n`;

test('a run that is told to stop in the middle ends with the reason, and no file of it stays', async (t) => {
  const { run, keys } = await scene(t, TABLE);
  const stop = new AbortController();
  const stopping = odd((record) => {
    if (record === 1000) stop.abort(new Error('told to stop'));
  });
  await assert.rejects(run(stopping, stop.signal), { message: 'told to stop' });
  assert.deepEqual(await keys(), ['source']);
});

test('an operation that fails leaves neither a result nor what it put aside', async (t) => {
  const { run, keys, scratchDir } = await scene(t, TABLE);
  const failing = defineOperation({
    ...about,
    async run(task) {
      await writeFile(join(await task.scratchDir(), 'aside'), 'x');
      await odd(() => undefined).run(task);
      throw new Error('at the very end');
    },
  });
  await assert.rejects(run(failing), { message: 'at the very end' });
  assert.deepEqual(await keys(), ['source']);
  await assert.rejects(writeFile(join(scratchDir, 'more'), ''), { code: 'ENOENT' });
});

test('a record that is neither used, left out nor refused fails the run', async (t) => {
  const { run, keys } = await scene(t, 'a,b\n1,2\n3,4\n5\n');
  await assert.rejects(
    run(odd(() => undefined, false)),
    /ledger does not add up: 3 records read, 2 accounted/,
  );
  assert.deepEqual(await keys(), ['source']);
  await run(odd(() => undefined));
  assert.deepEqual(await keys(), ['rejects', 'result', 'source']);
});

test('a disk without room for what is put aside is told as such', async (t) => {
  const { run } = await scene(t, 'a\n1\n');
  const full = odd(() => {
    throw Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  });
  await assert.rejects(run(full), { code: 'disk_full', kind: 'unavailable' });
});
