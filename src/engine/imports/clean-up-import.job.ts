import { Type } from 'typebox';
import { defineJob, type JobDefinition } from '../jobs/define-job.ts';
import { dropStages, findImportRun, markFileDeleted } from './import-run.query.ts';
import type { Resource } from './resource.ts';
import { mayHoldSecrets, type RetireDependencies, retireUpload } from './retire-upload.ts';

export const CLEAN_UP_IMPORT = 'clean_up_import';

/** Removes what an import that failed or was canceled leaves behind: its stage, and an upload that may hold secrets. */
export function cleanUpImportJob(
  dependencies: RetireDependencies & { readonly resources: readonly Resource[] },
): JobDefinition {
  return defineJob({
    type: CLEAN_UP_IMPORT,
    payload: Type.Object({ import_id: Type.String({ format: 'uuid' }) }),
    async run({ import_id: id }, context) {
      const run = await findImportRun(dependencies.pool, id);
      const resource = dependencies.resources.find(({ name }) => name === run?.resourceType);
      // Tried again by hand in the meantime: then it is that attempt's.
      if (!run || !resource || (run.status !== 'failed' && run.status !== 'canceled')) return;
      const isSecret = mayHoldSecrets(run, resource);
      if (isSecret && !run.isFileDeleted) await retireUpload(dependencies, run, resource, context.signal);
      await context.session((session) =>
        session.transaction(async (tx) => {
          if (isSecret) await markFileDeleted(tx, id);
          await dropStages(tx, run.no);
          await context.complete(tx, {});
        }),
      );
    },
  });
}
