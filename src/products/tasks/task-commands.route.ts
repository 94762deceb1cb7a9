import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { answerJobEvents } from '#engine/jobs/answer-job-events.ts';
import type { JobDefinitions } from '#engine/jobs/define-job.ts';
import { cancelJob, retryJobByHand } from '#engine/jobs/job-commands.ts';
import { createJobWatch } from '#engine/jobs/job-watch.ts';
import { findJob } from '#engine/jobs/jobs.query.ts';
import { notFound } from '#platform/errors.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { NO_SUCH_TASK, TaskAnswer, TaskParams, viewTask } from './task-view.ts';
import { visibleTask } from './visible-task.ts';

interface Dependencies {
  readonly pool: Pool;
  readonly definitions: JobDefinitions;
  readonly log: Logger;
}

interface Command {
  readonly word: 'cancel' | 'retry';
  readonly summary: string;
  run(taskId: string, by: string | null): Promise<void>;
}

type App = Parameters<FastifyPluginCallbackTypebox>[0];
const tags = ['tasks'];

export function taskCommandRoutes(dependencies: Dependencies): FastifyPluginCallbackTypebox {
  const { pool, definitions } = dependencies;
  const commands: readonly Command[] = [
    {
      word: 'cancel',
      summary: 'Cancel a task: a waiting one at once, a running one where it is',
      run: (id, by) => cancelJob(pool, definitions, id, by),
    },
    {
      word: 'retry',
      summary: 'Try a failed or canceled task again, as long as its file is kept',
      run: (id) => retryJobByHand(pool, definitions, id),
    },
  ];
  return (app, _options, done) => {
    for (const command of commands) commandRoute(app, pool, command);
    eventsRoute(app, dependencies);
    done();
  };
}

function commandRoute(app: App, pool: Pool, command: Command): void {
  app.post(
    `/v1/tasks/:id/${command.word}`,
    {
      config: { access: 'viewer', example: NO_SUCH_TASK },
      schema: { summary: command.summary, tags, params: TaskParams, response: { 202: TaskAnswer } },
    },
    async (request, reply) => {
      const { id } = await visibleTask(pool, request);
      await command.run(id, request.caller.keyId);
      void reply.code(202).header('location', `/v1/tasks/${id}`).header('retry-after', '1');
      return { data: await viewTask(pool, await visibleTask(pool, request)), meta: {} };
    },
  );
}

function eventsRoute(app: App, { pool, log }: Dependencies): void {
  const watch = createJobWatch(pool, log);
  app.get(
    '/v1/tasks/:id/events',
    {
      config: { access: 'viewer', example: NO_SUCH_TASK },
      schema: {
        summary: 'How a task gets on, as server-sent events',
        description: 'The events of its job until that ended; resumes by `Last-Event-ID`.',
        tags,
        produces: ['text/event-stream'],
        params: TaskParams,
      },
    },
    async (request, reply) => {
      const { id } = await visibleTask(pool, request);
      const job = await findJob(pool, id);
      if (!job) throw notFound('job of task', id);
      return answerJobEvents(request, reply, job, watch);
    },
  );
}
