import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { withDuckDb } from '#platform/duckdb/database.ts';
import { AppError } from '#platform/errors.ts';
import { rawSql } from '#platform/postgres/sql.ts';
import { aggregate } from '#products/tasks/operations/aggregate.ts';
import { deduplicate } from '#products/tasks/operations/deduplicate.ts';
import { sort } from '#products/tasks/operations/sort.ts';
import { runOver } from '#test/support/operation-run.ts';
import { mountSmallDisk, WITHOUT_DISK } from '#test/support/small-disk.ts';

const usualFolder = process.env['TMPDIR'];
const folder = mkdtempSync(join(tmpdir(), 'affirm-name-full-'));
const disk = WITHOUT_DISK === undefined ? mountSmallDisk(folder, 16) : undefined;
after(() => {
  disk?.remove();
  if (usualFolder === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usualFolder;
  rmSync(folder, { recursive: true, force: true });
});

const whyNot = WITHOUT_DISK ?? false;

test(
  'an operation that finds no room for what it puts aside ends as disk_full and leaves nothing',
  { skip: whyNot },
  async () => {
    process.env['TMPDIR'] = folder;
    const content = `id,text\n${Array.from({ length: 90_000 }, (_, at) => `${(at * 7919) % 90_001},${'x'.repeat(100)}\n`).join('')}`;
    const groups = { by: ['text', 'id'], compute: [{ function: 'sum', column: 'id' }] };
    for (const [operation, options] of [
      [sort, { by: [{ column: 'id' }] }],
      [aggregate, groups],
    ] as const) {
      const error = await runOver(operation, options, { content }).catch((failure: unknown) => failure);
      assert.ok(error instanceof AppError, String(error));
      assert.deepEqual([operation.id, error.kind, error.code], [operation.id, 'unavailable', 'disk_full']);
      assert.deepEqual(readdirSync(folder), []);
    }
    const { report } = await runOver(deduplicate, { by: ['id'] }, { content: content.slice(0, 1_000_000) });
    assert.ok(report.accepted > 9000);
  },
);

test(
  'DuckDB without room for what it has no memory for says so by the code of a full disk',
  { skip: whyNot },
  async () => {
    const scratch = { scratchDir: folder, signal: new AbortController().signal, memoryMegabytes: 16 };
    await assert.rejects(
      withDuckDb(scratch, (db) =>
        db.run(rawSql('CREATE TABLE t AS SELECT hash(range) AS h FROM range(8000000)')),
      ),
      { code: 'ENOSPC' },
    );
    assert.deepEqual(readdirSync(folder), []);
  },
);
