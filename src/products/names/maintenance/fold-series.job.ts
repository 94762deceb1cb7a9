import { Type } from 'typebox';
import { defineJob, type JobContext, type JobDefinition } from '#engine/jobs/define-job.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { lockCountry } from '../catalog/publish.query.ts';
import { findFoldableAreas } from './fold.query.ts';
import { foldArea } from './fold-area.ts';

/**
 * The job that gives releases of one year their series: without them a trend reads a whole slice for every year.
 * Answers are the same before, after and in the meantime.
 */
export function foldSeriesJob(pool: Pool): JobDefinition {
  return defineJob({
    type: 'fold_series',
    payload: Type.Object({ country_no: Type.Integer() }),
    run: (payload, context) => foldSeries(pool, payload.country_no, context),
  });
}

async function foldSeries(pool: Pool, countryNo: number, context: JobContext): Promise<void> {
  let folded = 0;
  do {
    for (const area of await findFoldableAreas(pool, countryNo)) {
      await foldArea(pool, countryNo, area, context);
      context.progress({ phase: 'folding', records_done: ++folded });
    }
  } while (!(await finish(countryNo, folded, context)));
}

/**
 * Completes the job unless something was published since that is to be folded too: while this job runs, a publish
 * queues no other one, so the last look and the end are one transaction under the publish lock.
 */
function finish(countryNo: number, folded: number, context: JobContext): Promise<boolean> {
  return context.session((session) =>
    session.transaction(async (tx) => {
      await lockCountry(tx, countryNo);
      const areas = await findFoldableAreas(tx, countryNo);
      if (areas.length > 0) return false;
      await context.complete(tx, { areas_folded: folded });
      return true;
    }),
  );
}
