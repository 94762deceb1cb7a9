import { Type } from 'typebox';
import { saveReport } from '#engine/imports/report.query.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import { defineJob, type JobContext, type JobDefinition } from '#engine/jobs/define-job.ts';
import { AppError, notFound } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { releaseMemory } from '#platform/memory.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { Operation } from './operations/operation.ts';
import { attemptScratch, type OperationEnd, runOperation } from './run/run-operation.ts';
import type { FinishedFile } from './run/task-result.ts';
import { describeTable } from './table/describe-table.ts';
import { type OpenedFile, openTable } from './table/open-table.ts';
import { attemptKeys, resultFilename } from './task-files.ts';
import { beginTask, completeTask, endTask, reopenTask } from './task-run.query.ts';
import { findTask, type TaskRecord } from './tasks.query.ts';

export interface TaskJobDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly limits: IngestionLimits;
  readonly operations: readonly Operation[];
  /** A folder on the local disk for what does not fit into memory. */
  readonly scratchDir: string;
  /** How long files of a task that has ended are kept. */
  readonly retentionMs: number;
}

export const TASK_JOB = 'task';

/** Runs the operation of a task; the database sees the result when it is whole. */
export function runTaskJob(dependencies: TaskJobDependencies): JobDefinition {
  const { retentionMs } = dependencies;
  return defineJob({
    type: TASK_JOB,
    payload: Type.Object({ task_id: Type.String({ format: 'uuid' }) }),
    async run({ task_id: id }, context) {
      try {
        await runTask(dependencies, id, context);
      } finally {
        releaseMemory();
      }
    },
    ended: (tx, { payload: { task_id: id }, status, error }) =>
      endTask(tx, id, { status, code: error?.code ?? null, message: error?.message ?? null, retentionMs }),
    retried: async (tx, { payload: { task_id: id } }) => {
      const task = await findTask(tx, id);
      if (!task || task.file_key === null || task.has_expired) throw filesGone();
      await reopenTask(tx, id);
    },
  });
}

async function runTask(dependencies: TaskJobDependencies, id: string, context: JobContext): Promise<void> {
  const { pool, files, operations } = dependencies;
  const task = await findTask(pool, id);
  if (!task) throw notFound('task', id);
  const operation = operations.find((each) => each.id === task.operation);
  if (!operation) throw operationGone(task.operation);
  await using opened = await openFiles(dependencies, task, context.signal);
  await context.session((session) =>
    session.transaction(async (tx) => {
      await beginTask(tx, id, describeTable(opened.file));
      await context.fence(tx);
    }),
  );
  const end = await runOperation({
    operation,
    options: task.options,
    ...opened,
    files,
    keys: attemptKeys(id, context.leaseToken),
    limits: dependencies.limits,
    scratchDir: attemptScratch(dependencies.scratchDir, id, context.leaseToken),
    signal: context.signal,
    progress: (update) => context.progress(update),
  });
  await finish(dependencies, task, end, context);
}

interface OpenedFiles extends AsyncDisposable {
  readonly file: OpenedFile;
  readonly second: OpenedFile | undefined;
}

async function openFiles(
  { files, limits }: TaskJobDependencies,
  task: TaskRecord,
  signal: AbortSignal,
): Promise<OpenedFiles> {
  const { file_key: key, filename, input, second_file_key: secondKey } = task;
  if (key === null) throw filesGone();
  await using opening = new AsyncDisposableStack();
  const looking = { looksForLetters: true, signal };
  const file = await openTable({ files, limits }, { key, filename, input }, looking);
  opening.defer(() => file.close());
  const other = { filename: task.second_filename ?? '', input: task.second_input ?? {} };
  const second =
    secondKey === null
      ? undefined
      : await openTable({ files, limits }, { key: secondKey, ...other }, looking);
  if (second) opening.defer(() => second.close());
  const opened = opening.move();
  return { file, second, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function finish(
  { retentionMs }: TaskJobDependencies,
  task: TaskRecord,
  { outcome, recordsRead, report, errors, result, rejects }: OperationEnd,
  context: JobContext,
): Promise<void> {
  const named = (file: FinishedFile, word: string): FinishedFile & { filename: string } => ({
    ...file,
    filename: resultFilename(task.filename, word, file.extension),
  });
  await context.session((session) =>
    session.transaction(async (tx) => {
      const reportNo = await saveReport(tx, task.id, { ledger: report, errors, warnings: [] });
      await completeTask(tx, task.id, {
        result: named(result, task.operation),
        rejects: rejects && named(rejects, 'rejects'),
        recordsRead,
        recordsWritten: outcome.recordsWritten,
        recordsRejected: report.rejected,
        leftOut: report.skippedByReason,
        details: outcome.details,
        reportNo,
        retentionMs,
      });
      await context.complete(tx, {
        rows_processed: recordsRead,
        rows_skipped: report.skipped,
        errors: report.errors,
        records_written: outcome.recordsWritten,
      });
    }),
  );
}

function filesGone(): AppError {
  return new AppError(
    'gone',
    'file_expired',
    'The file of the task is no longer kept. Send it as a new task.',
  );
}

function operationGone(id: string): AppError {
  return new AppError('unprocessable', 'unknown_operation', `This version knows no operation "${id}".`);
}
