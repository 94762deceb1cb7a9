import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { LedgerReport } from '#engine/ingestion/ledger.ts';
import type { RecordError } from '#engine/ingestion/record-error.ts';
import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { releaseAsGrown } from '#platform/memory.ts';
import type { Operation, TaskOutcome } from '../operations/operation.ts';
import type { OpenedFile } from '../table/open-table.ts';
import { readableTable, type TableReading } from '../table/read-table.ts';
import type { TaskTable } from '../table/task-table.ts';
import { createTaskLedger } from './task-ledger.ts';
import { createRejectsFile } from './task-rejects.ts';
import { createResultFile, type FinishedFile } from './task-result.ts';

export interface OperationRun {
  readonly operation: Operation;
  readonly options: unknown;
  readonly file: OpenedFile;
  readonly second: OpenedFile | undefined;
  readonly files: FileStore;
  readonly keys: { readonly result: string; readonly rejects: string };
  readonly limits: IngestionLimits;
  /** Not there yet; removed afterwards with all that is in it. */
  readonly scratchDir: string;
  readonly signal: AbortSignal;
  progress(update: {
    readonly phase?: string;
    readonly bytes_done?: number;
    readonly bytes_total?: number;
    readonly records_done?: number;
  }): void;
}

export interface OperationEnd {
  readonly outcome: TaskOutcome;
  readonly recordsRead: number;
  readonly report: LedgerReport;
  readonly errors: readonly RecordError[];
  readonly result: FinishedFile;
  /** Undefined: no record was refused. */
  readonly rejects: FinishedFile | undefined;
}

/**
 * Runs an operation over one or two tables: its files are stored, its records counted. Throws what the operation and the
 * store throw, AppError unavailable `disk_full`; then no file stays behind.
 */
export async function runOperation(run: OperationRun): Promise<OperationEnd> {
  const { operation, options, file, second, files, keys, signal } = run;
  const heads = second === undefined ? [file.head] : [file.head, second.head];
  const result = createResultFile(files, keys.result, signal);
  const rejects = createRejectsFile(files, keys.rejects, heads, signal);
  const tables: TaskTable[] = [];
  const ledger = createTaskLedger(tables, rejects);
  const opened = second === undefined ? [file] : [file, second];
  const release = releaseAsGrown();
  let total = opened.reduce((sum, { size }) => sum + size, 0);
  run.progress({ phase: 'reading', bytes_total: total });
  const readingOf = ({ size }: OpenedFile): TableReading => ({
    limits: run.limits,
    signal,
    onRecord: () => ledger.read(),
    onRefused: (table, record, errors) => ledger.refuse(table, record, errors),
    async onPiece() {
      const done = opened.reduce((sum, { bytesRead }) => sum + bytesRead(), 0);
      run.progress({ bytes_done: Math.min(done, total), records_done: ledger.recordsRead });
      await result.drained();
      await rejects.drained();
      release();
    },
    onRepeat() {
      total += size;
      run.progress({ bytes_total: total });
    },
  });
  try {
    for (const each of opened) tables.push(await readableTable(each, readingOf(each)));
    const [table, other] = tables as [TaskTable, TaskTable?];
    operation.check?.(options, { table, second: other });
    const outcome = await operation.run({
      options,
      table,
      second: other,
      result,
      ledger,
      signal,
      async scratchDir() {
        await mkdir(run.scratchDir, { recursive: true });
        return run.scratchDir;
      },
      progress: ({ phase, records }) =>
        run.progress({
          ...(phase !== undefined && { phase }),
          ...(records !== undefined && { records_done: records }),
        }),
    });
    signal.throwIfAborted();
    const { report, errors } = ledger.close();
    const recordsRead = ledger.recordsRead;
    return { outcome, recordsRead, report, errors, result: await result.end(), rejects: await rejects.end() };
  } catch (error) {
    await Promise.allSettled([result.abort(error), rejects.abort(error)]);
    throw diskError(error);
  } finally {
    await rm(run.scratchDir, { recursive: true, force: true });
  }
}

/** What an operation puts aside on the disk of its worker may find no room there. */
function diskError(error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if ((code !== 'ENOSPC' && code !== 'EDQUOT') || syscall === undefined) return error;
  const message = 'The disk of the worker has no room for what the task puts aside. Free some and try again.';
  return new AppError('unavailable', 'disk_full', message, undefined, { cause: error });
}

/** The folder of one attempt. */
export function attemptScratch(scratchDir: string, taskId: string, leaseToken: number): string {
  return join(scratchDir, `task-${taskId}-${leaseToken}`);
}
