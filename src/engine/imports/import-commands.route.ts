import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { notFound } from '#platform/errors.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { answerJobEvents } from '../jobs/answer-job-events.ts';
import type { JobDefinitions } from '../jobs/define-job.ts';
import { cancelJob, pauseJob, resumePausedJob } from '../jobs/job-commands.ts';
import { createJobWatch } from '../jobs/job-watch.ts';
import { findJob } from '../jobs/jobs.query.ts';
import { ImportParams, NO_SUCH_IMPORT } from './import-form.ts';
import { ImportView, viewImport } from './import-view.ts';
import { visibleImport } from './visible-import.ts';

interface CommandDependencies {
  readonly pool: Pool;
  readonly definitions: JobDefinitions;
  readonly log: Logger;
}

const CommandAnswer = Type.Object({
  ...ImportView.properties,
  message: Type.String({ description: 'What happens now, and what is kept' }),
});

interface Command {
  readonly word: 'pause' | 'resume' | 'cancel';
  readonly summary: string;
  run(importId: string, by: string | null): Promise<void>;
  message(view: ImportView): string;
}

type App = Parameters<FastifyPluginCallbackTypebox>[0];
const tags = ['imports'];

export function importCommandRoutes(dependencies: CommandDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    for (const command of commandsOf(dependencies)) commandRoute(app, dependencies.pool, command);
    eventsRoute(app, dependencies);
    done();
  };
}

function commandsOf({ pool, definitions }: CommandDependencies): readonly Command[] {
  return [
    {
      word: 'pause',
      summary: 'Pause an import at its next batch',
      run: (id) => pauseJob(pool, definitions, id),
      message: (view) => `${view.status === 'paused' ? 'Paused' : 'Pauses at the next batch'}; ${kept(view)}`,
    },
    {
      word: 'resume',
      summary: 'Let a paused import go on where it was',
      run: (id) => resumePausedJob(pool, definitions, id),
      message: (view) => `Goes on where it was; ${kept(view)}`,
    },
    {
      word: 'cancel',
      summary: 'Cancel an import at its next batch; what was loaded is kept',
      run: (id, by) => cancelJob(pool, definitions, id, by),
      message: (view) =>
        `${view.status === 'canceled' ? 'Canceled' : 'Is canceled at the next batch'}; ${kept(view)}`,
    },
  ];
}

function kept({ created_count: created, updated_count: updated, options }: ImportView): string {
  const { mode } = options as { mode?: string };
  if (mode === 'atomic') return 'of an atomic import nothing is kept before its end.';
  return `${created} created and ${updated} updated records are kept.`;
}

function commandRoute(app: App, pool: Pool, command: Command): void {
  app.post(
    `/v1/imports/:id/${command.word}`,
    {
      config: { access: 'viewer', example: NO_SUCH_IMPORT },
      schema: {
        summary: command.summary,
        tags,
        params: ImportParams,
        response: { 202: CommandAnswer },
      },
    },
    async (request, reply) => {
      const { id } = await visibleImport(pool, request);
      await command.run(id, request.caller.keyId);
      const view = await viewImport(pool, await visibleImport(pool, request));
      void reply.code(202).header('location', `/v1/imports/${id}`).header('retry-after', '1');
      return { ...view, message: command.message(view) };
    },
  );
}

function eventsRoute(app: App, { pool, log }: CommandDependencies): void {
  const watch = createJobWatch(pool, log);
  app.get(
    '/v1/imports/:id/events',
    {
      config: { access: 'viewer', example: NO_SUCH_IMPORT },
      schema: {
        summary: 'How an import gets on, as server-sent events',
        description: 'The events of its job until that ended; resumes by `Last-Event-ID`.',
        tags,
        produces: ['text/event-stream'],
        params: ImportParams,
      },
    },
    async (request, reply) => {
      const { id } = await visibleImport(pool, request);
      const job = await findJob(pool, id);
      if (!job) throw notFound('job of import', id);
      return answerJobEvents(request, reply, job, watch);
    },
  );
}
