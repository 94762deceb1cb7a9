import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { JobDefinition, JobDefinitions } from '#engine/jobs/define-job.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { createTaskRoute } from './create-task.route.ts';
import { inspectTableRoute } from './inspect-table.route.ts';
import { maintainTasksJob } from './maintain-tasks.job.ts';
import { type OperationDependencies, taskOperations } from './operations/index.ts';
import { runTaskJob } from './run-task.job.ts';
import { taskCommandRoutes } from './task-commands.route.ts';
import { taskFileRoutes } from './task-files.route.ts';
import { readTaskRoutes } from './tasks.route.ts';

export { TASKS_MAINTENANCE } from './maintain-tasks.job.ts';

/** First segments of the paths of the product, which are there without `/v1` too. */
export const UNVERSIONED_PATHS = ['tasks', 'operations'];

/** What routes and jobs of the product have in common. */
export interface TasksDependencies extends OperationDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly limits: IngestionLimits;
}

export interface TasksRoutesDependencies extends TasksDependencies {
  readonly log: Logger;
  /** All jobs of the server, for commands. */
  readonly definitions: JobDefinitions;
  /** Largest file that this caller may send, in bytes; 0: no limit. */
  readonly maxUploadBytes: (caller: Caller) => number;
}

/** Everything of the product that is served over HTTP. */
export function tasksRoutes(dependencies: TasksRoutesDependencies): FastifyPluginCallbackTypebox {
  const operations = taskOperations(dependencies);
  return (app, _options, done) => {
    void app.register(createTaskRoute({ ...dependencies, operations }));
    void app.register(inspectTableRoute({ ...dependencies, operations }));
    void app.register(readTaskRoutes({ ...dependencies, operations }));
    void app.register(taskFileRoutes(dependencies));
    void app.register(taskCommandRoutes(dependencies));
    done();
  };
}

export interface TasksJobDependencies extends TasksDependencies {
  /** A folder on the local disk for what does not fit into memory. */
  readonly scratchDir: string;
  /** How long files of a task that has ended are kept. */
  readonly retentionMs: number;
}

/** The jobs of the product, for workers. */
export function tasksJobs(dependencies: TasksJobDependencies): JobDefinition[] {
  return [
    runTaskJob({ ...dependencies, operations: taskOperations(dependencies) }),
    maintainTasksJob(dependencies),
  ];
}
