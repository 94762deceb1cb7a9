/**
 * Memory and time of `sort`, `deduplicate`, `aggregate` and `profile` over a large file, each in a process of its own with
 * the settings of `affirm-name worker`; what comes out is checked, of the first two to the last byte. Fails where one of
 * them takes more memory than a task may.
 * node bench/tasks-large.ts [--megabytes=2000] [--folder=/tmp]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { megabytes, perSecond, seconds, whole } from './support/figures.ts';
import { machineLine } from './support/machine.ts';
import {
  checkDistinct,
  checkGroups,
  checkProfile,
  checkSorted,
  type LargeFile,
  writeLargeFile,
} from './tasks/large-file.ts';

/** Resident, of the process that runs the operation. */
const MOST_RESIDENT = 300e6;
const GROUPED = [{ function: 'count' }, { function: 'sum', column: 'amount' }];

interface Ended {
  readonly ms: number;
  readonly recordsRead: number;
  readonly recordsWritten: number;
  readonly peak: number;
}

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '2000' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const folder = mkdtempSync(join(values.folder, 'affirm-name-large-'));
mkdirSync(join(folder, 'scratch'));
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<boolean> {
  console.log(machineLine());
  const file = await writeLargeFile(join(folder, 'large'), Number(values.megabytes) * 1e6);
  console.log(`${megabytes(file.bytes)}, ${whole(file.records)} records, ${whole(file.distinct)} different`);
  const by = [{ column: 'last' }, { column: 'id', compare: 'number' }];
  const results = [
    await measure('sort', { by }, file, checkSorted),
    await measure('deduplicate', {}, file, checkDistinct),
    await measure('aggregate', { by: ['city'], compute: GROUPED }, file, checkGroups),
    await measure('profile', {}, file, checkProfile),
  ];
  return results.every(Boolean);
}

async function measure(
  operation: string,
  options: object,
  file: LargeFile,
  check: (path: string, file: LargeFile) => Promise<void>,
): Promise<boolean> {
  const { ms, recordsRead, recordsWritten, peak } = runApart(operation, options);
  const result = join(folder, `${operation}-result`);
  if (recordsRead !== file.records) throw new Error(`${operation} read ${recordsRead} records`);
  await check(result, file);
  rmSync(result);
  const met = peak < MOST_RESIDENT;
  console.log(
    `  ${met ? 'ok  ' : 'FAIL'}  ${operation}: ${megabytes(peak)} resident at most (below ${megabytes(MOST_RESIDENT)}), ${seconds(ms)}, ${perSecond(recordsRead, ms)}; ${whole(recordsWritten)} records`,
  );
  return met;
}

/** As `affirm-name worker` starts its process. */
function runApart(operation: string, options: object): Ended {
  const flags = [
    '--max-semi-space-size=16',
    '--heap-growing-percent=100',
    '--concurrent-marking-max-worker-num=1',
    `--v8-pool-size=${Math.min(4, availableParallelism())}`,
  ];
  const script = join(import.meta.dirname, 'tasks', 'task-process.ts');
  const answer = execFileSync(
    process.execPath,
    [...flags, script, folder, 'large', operation, JSON.stringify(options)],
    { env: { MALLOC_ARENA_MAX: '1', ...process.env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return JSON.parse(answer.toString()) as Ended;
}
