import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findReportPage, RecordErrorItem, ReportMeta } from '#engine/imports/report-list.ts';
import { creatorsSeenBy } from '#platform/http/access-rule.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { newestPage } from '#platform/http/newest-page.ts';
import { pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { Operation } from './operations/operation.ts';
import {
  NO_SUCH_TASK,
  STATUS_WORDS,
  statusOf,
  TaskAnswer,
  TaskParams,
  TaskView,
  viewTask,
  viewTasks,
} from './task-view.ts';
import { listTasks } from './tasks.query.ts';
import { visibleTask } from './visible-task.ts';

interface Dependencies {
  readonly pool: Pool;
  readonly operations: readonly Operation[];
}

type App = Parameters<FastifyPluginCallbackTypebox>[0];
const tags = ['tasks'];

/** Tasks, what became of them, and what tasks can do. */
export function readTaskRoutes({ pool, operations }: Dependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    listRoute(app, pool);
    oneRoute(app, pool);
    errorsRoute(app, pool);
    operationsRoute(app, operations);
    done();
  };
}

function listRoute(app: App, pool: Pool): void {
  registerList(app, {
    url: '/v1/tasks',
    config: { access: 'viewer', example: { query: { limit: 10 } } },
    summary: 'Tasks, the newest first',
    description: 'An admin sees all, other callers their own.',
    tags,
    query: Type.Object({
      status: Type.Optional(OneOf(STATUS_WORDS)),
      operation: Type.Optional(Type.String({ maxLength: 50 })),
      ...pagingParameters,
    }),
    item: TaskView,
    meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
    async find({ query: { status, operation, ...page }, request }) {
      const createdBy = creatorsSeenBy(request.caller);
      if (createdBy === null) return { data: [], meta: { next_cursor: null } };
      const filter = { status: status && statusOf(status), operation, createdBy };
      const { rows, nextCursor } = await newestPage(page, (wanted) => listTasks(pool, filter, wanted));
      return { data: await viewTasks(pool, rows), meta: { next_cursor: nextCursor } };
    },
  });
}

function oneRoute(app: App, pool: Pool): void {
  app.get(
    '/v1/tasks/:id',
    {
      config: { access: 'viewer', example: NO_SUCH_TASK },
      schema: {
        summary: 'One task',
        description: 'A failed task is a 200 that says so.',
        tags,
        params: TaskParams,
        response: { 200: TaskAnswer },
      },
    },
    async (request) => ({ data: await viewTask(pool, await visibleTask(pool, request)), meta: {} }),
  );
}

function errorsRoute(app: App, pool: Pool): void {
  registerList(app, {
    url: '/v1/tasks/:id/errors',
    config: { access: 'viewer', example: NO_SUCH_TASK },
    summary: 'Why records of a task were refused, in the order in which they were read',
    description: 'There once the task is completed; `meta` has the counts of all of them.',
    tags,
    params: TaskParams,
    query: Type.Object(pagingParameters),
    item: RecordErrorItem,
    meta: ReportMeta,
    async find({ query, request }) {
      const { report_no: report } = await visibleTask(pool, request);
      return findReportPage(pool, report, query);
    },
  });
}

const OperationView = Type.Object({
  id: Type.String(),
  summary: Type.String(),
  description: Type.String(),
  second_file: Nullable(OneOf(['required'])),
  options: Type.Object({}, { additionalProperties: true, description: 'JSON Schema of the options' }),
  example: Type.Object({}, { additionalProperties: true }),
});

function operationsRoute(app: App, operations: readonly Operation[]): void {
  const data = operations.map(({ id, summary, description, secondFile, options, example }) => ({
    id,
    summary,
    description,
    second_file: secondFile ?? null,
    // As JSON: the schemas carry marks of their library.
    options: JSON.parse(JSON.stringify(options)) as object,
    example,
  }));
  app.get(
    '/v1/operations',
    {
      config: { access: 'viewer', example: {} },
      schema: {
        summary: 'What tasks can do, with the schemas of their options',
        tags,
        response: { 200: Type.Object({ data: Type.Array(OperationView), meta: Type.Object({}) }) },
      },
    },
    () => ({ data, meta: {} }),
  );
}
