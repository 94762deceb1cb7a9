import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Seal } from '#engine/idempotency/do-once.ts';
import { IdempotencyHeaders, readIdempotencyKey } from '#engine/idempotency/idempotency-key.ts';
import { uploadOnce } from '#engine/idempotency/upload-once.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { AppError, notFound } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import type { ReceivedUpload } from '#platform/http/receive-upload.ts';
import { OneOf, Uuid } from '#platform/http/schemas.ts';
import { newId } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { Operation } from './operations/operation.ts';
import { TASK_JOB } from './run-task.job.ts';
import { openTable } from './table/open-table.ts';
import { uploadKeys } from './task-files.ts';
import { taskExample, TaskForm, taskFormReader, type TaskRequest } from './task-form.ts';
import { STATUS_WORDS, statusWord } from './task-view.ts';
import { findTask, insertTask } from './tasks.query.ts';

export interface CreateTaskDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly limits: IngestionLimits;
  readonly operations: readonly Operation[];
  /** Largest file that this caller may send; 0: no limit. */
  readonly maxUploadBytes: (caller: Caller) => number;
}

const AcceptedTask = Type.Object({
  data: Type.Object({ task_id: Uuid, status: OneOf(STATUS_WORDS) }),
  meta: Type.Object({}),
});

/** `POST /v1/tasks`: a file or two, and what is to be done with them. */
export function createTaskRoute(dependencies: CreateTaskDependencies): FastifyPluginCallbackTypebox {
  const { pool, files, operations, maxUploadBytes } = dependencies;
  const readForm = taskFormReader(operations);
  return (app, _options, done) => {
    app.post(
      '/v1/tasks',
      {
        config: { access: 'admin', scope: 'tasks:write', multipart: TaskForm, example: taskExample },
        schema: {
          summary: 'Have something done with a file',
          description:
            'CSV in any dialect and encoding, TSV, NDJSON, JSON or a workbook, plain, as gzip or in a zip. Answers at ' +
            'once; `GET /v1/tasks/{id}` shows how it gets on. Refused at once, with nothing kept: what cannot be read, ' +
            'and operations, options and columns that are not there; the answer lists those that are. With ' +
            '`Idempotency-Key` the same request again is answered 200 with the same task.',
          tags: ['tasks'],
          headers: IdempotencyHeaders,
          response: { 200: AcceptedTask, 202: AcceptedTask },
        },
      },
      async (request, reply) => {
        const taskId = newId();
        const keys = uploadKeys(taskId);
        const { id, isReplay } = await uploadOnce({
          pool,
          files,
          request,
          reply,
          key: readIdempotencyKey(request.headers),
          fileKey: keys.first,
          second: { field: 'file2', key: keys.second },
          maxBytes: maxUploadBytes(request.caller),
          async create(upload, seal) {
            const wish = readForm(upload.fields);
            await lookAt(dependencies, upload, wish);
            await startTask(pool, { id: taskId, upload, wish, createdBy: request.caller.keyId }, seal);
            return taskId;
          },
        });
        const found = await findTask(pool, id);
        if (!found) throw notFound('task', id);
        void reply.header('location', `/v1/tasks/${id}`).header('retry-after', '1');
        // A worker may have begun already; whoever asked first is told that it waits.
        const status = isReplay ? statusWord(found.status) : ('PENDING' as const);
        return { data: { task_id: id, status }, meta: {} };
      },
    );
    done();
  };
}

/** Throws what the files and the options are refused for at once. */
async function lookAt(
  { files, limits }: CreateTaskDependencies,
  { second: other, ...upload }: ReceivedUpload,
  { operation, options, input, input2 }: TaskRequest,
): Promise<void> {
  if ((other !== undefined) !== (operation.secondFile !== undefined)) throw wrongFiles(operation);
  await using opening = new AsyncDisposableStack();
  const file = await openTable({ files, limits }, { ...upload, input });
  opening.defer(() => file.close());
  const second = other && (await openTable({ files, limits }, { ...other, input: input2 }));
  if (second) opening.defer(() => second.close());
  operation.check?.(options, { table: file.head, second: second?.head });
}

interface NewTaskRequest {
  readonly id: string;
  readonly upload: ReceivedUpload;
  readonly wish: TaskRequest;
  readonly createdBy: string | null;
}

async function startTask(
  pool: Pool,
  { id, upload, wish, createdBy }: NewTaskRequest,
  seal: Seal,
): Promise<void> {
  const { operation, options, input, input2 } = wish;
  const second = upload.second && { ...upload.second, input: input2 };
  await pool.transaction(async (tx) => {
    await insertTask(tx, { id, operation: operation.id, options, input, file: upload, second, createdBy });
    await enqueueJob(tx, { id, type: TASK_JOB, payload: { task_id: id }, createdBy });
    await seal(tx, id);
  });
}

function wrongFiles({ id, secondFile }: Operation): AppError {
  const message =
    secondFile === undefined
      ? `The operation "${id}" works on one file. Leave out the part "file2".`
      : `The operation "${id}" needs a second file. Send it as the part "file2".`;
  return new AppError(
    'invalid',
    secondFile === undefined ? 'unexpected_file' : 'missing_second_file',
    message,
    [{ field: 'file2', message: secondFile === undefined ? 'is not known here' : 'is required' }],
  );
}
