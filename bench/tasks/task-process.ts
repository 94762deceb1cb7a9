/**
 * One operation over a file of a local store, in a process of its own, as a worker runs it; says as JSON how long it
 * took and how large the process grew.
 * node bench/tasks/task-process.ts FOLDER KEY OPERATION OPTIONS
 */
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { taskOperations } from '#products/tasks/operations/index.ts';
import { runOperation } from '#products/tasks/run/run-operation.ts';
import { openTable } from '#products/tasks/table/open-table.ts';
import { peakResident } from '../support/memory.ts';

const [folder = '', key = '', id = '', options = '{}'] = process.argv.slice(2);
const operation = taskOperations({ openNames: () => () => Promise.resolve([]) }).find((one) => one.id === id);
if (operation === undefined) throw new Error(`there is no operation ${id}`);
const files = createLocalFileStore(folder);
const file = await openTable({ files, limits: DEFAULT_LIMITS }, { key, filename: 'large.csv', input: {} });
const began = performance.now();
const end = await runOperation({
  operation,
  options: Value.Default(operation.options, JSON.parse(options)),
  file,
  second: undefined,
  files,
  keys: { result: `${id}-result`, rejects: `${id}-rejects` },
  limits: DEFAULT_LIMITS,
  scratchDir: join(folder, 'scratch'),
  signal: new AbortController().signal,
  progress: () => undefined,
});
await file.close();
console.log(
  JSON.stringify({
    ms: performance.now() - began,
    recordsRead: end.recordsRead,
    recordsWritten: end.outcome.recordsWritten,
    accepted: end.report.accepted,
    peak: peakResident(process.pid),
  }),
);
