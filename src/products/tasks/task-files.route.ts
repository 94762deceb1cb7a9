import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { FILE_ANSWERS, type SentFile, sendFile } from '#platform/http/send-file.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { NO_SUCH_TASK, statusWord, TaskParams } from './task-view.ts';
import type { TaskRecord } from './tasks.query.ts';
import { visibleTask } from './visible-task.ts';

interface Dependencies {
  readonly pool: Pool;
  readonly files: FileStore;
}

/** The files that come of a task. */
export function taskFileRoutes(dependencies: Dependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    for (const { word, summary, description, find } of FILES) {
      app.get(
        `/v1/tasks/:id/${word}`,
        {
          config: { access: 'viewer', example: NO_SUCH_TASK },
          compress: false,
          schema: {
            summary,
            description,
            tags: ['tasks'],
            params: TaskParams,
            response: FILE_ANSWERS,
          },
        },
        (request, reply) => answer(dependencies, request, reply, find),
      );
    }
    done();
  };
}

/** Undefined: there is no such file. */
type FindFile = (task: TaskRecord) => SentFile | undefined;

const FILES: readonly {
  readonly word: string;
  readonly summary: string;
  readonly description: string;
  readonly find: FindFile;
}[] = [
  {
    word: 'result',
    summary: 'The file that came of a task',
    description:
      'Takes `Range` (206, 416), `If-Range` and `If-None-Match`; 409 `result_not_ready` until there is one, 410 ' +
      '`result_expired` when it is gone.',
    find: (task) =>
      sentFile(task.result_key, task.result_size, task.result_sha256, task.result_filename, task.result_type),
  },
  {
    word: 'rejects',
    summary: 'The refused records of a task as they stand in the file, each with its line and errors',
    description:
      'CSV: `_line` and `_errors` before the columns of the upload; NDJSON: both in the object; a zip with both for two ' +
      'uploads. 409 until the task is completed, 404 where no record was refused.',
    find: (task) =>
      sentFile(
        task.rejects_key,
        task.rejects_size,
        task.rejects_sha256,
        task.rejects_filename,
        task.rejects_type,
      ),
  },
];

async function answer(
  { pool, files }: Dependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  find: FindFile,
): Promise<never> {
  const task = await visibleTask(pool, request);
  if (task.status !== 'completed') throw notReady(task);
  if (task.file_key === null || task.has_expired) throw expired();
  const file = find(task);
  if (!file) throw new AppError('not_found', 'no_rejects', 'No record of the task was refused.');
  return sendFile(request, reply, files, file);
}

function sentFile(
  key: string | null,
  size: number | null,
  sha256: string | null,
  filename: string | null,
  contentType: string | null,
): SentFile | undefined {
  if (key === null || size === null || sha256 === null || filename === null || contentType === null)
    return undefined;
  return { key, size, sha256, filename, contentType };
}

function notReady({ status, error_message: reason }: TaskRecord): AppError {
  const ended = status === 'failed' || status === 'canceled';
  const message = ended
    ? `The task is ${statusWord(status)}, so there is no file. ${reason ?? 'It can be tried again.'}`
    : `The task is ${statusWord(status)}. Ask again when it is COMPLETED.`;
  return new AppError('conflict', 'result_not_ready', message);
}

function expired(): AppError {
  return new AppError('gone', 'result_expired', 'The files of the task are no longer kept. Send a new task.');
}
