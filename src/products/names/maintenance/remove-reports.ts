import type { JobContext } from '#engine/jobs/define-job.ts';
import { fenced } from './fenced.ts';
import { deleteRecordErrors, deleteReport } from './reports.query.ts';

const ERRORS_PER_PIECE = 20_000;

/** Deletes reports with their errors, a piece a transaction; returns how many reports. */
export async function removeReports(reportNos: readonly number[], context: JobContext): Promise<number> {
  for (const no of reportNos) {
    let removed = 0;
    do {
      removed = await fenced(context, (tx) => deleteRecordErrors(tx, no, ERRORS_PER_PIECE));
      context.progress({ phase: `report ${no}` });
    } while (removed > 0);
    await fenced(context, (tx) => deleteReport(tx, no));
  }
  return reportNos.length;
}
