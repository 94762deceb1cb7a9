import type { JobContext } from '#engine/jobs/define-job.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import { lockCountry, raiseDataVersion } from '../catalog/publish.query.ts';
import { openCopy } from '../import/copy-stream.ts';
import { SERIES_COPY } from '../import/release.query.ts';
import { createSeriesBuilder } from '../import/series-builder.ts';
import { writeSeriesRows } from '../import/series-rows.ts';
import { sliceId, type SlicePointer } from '../read-model/catalog.query.ts';
import { loadSliceRows, type SliceRows } from '../read-model/pages.query.ts';
import { fenced } from './fenced.ts';
import {
  createFold,
  findLastSpelling,
  type FoldableArea,
  listFoldableSlices,
  retireUnusedFolds,
  useFold,
} from './fold.query.ts';

const SLICES_PER_STATEMENT = 16;

/** Writes the one-year slices of an area as series under a release of their own, then points the slices at it. */
export async function foldArea(
  pool: Pool,
  countryNo: number,
  area: FoldableArea,
  context: JobContext,
): Promise<void> {
  const slices = await listFoldableSlices(pool, area);
  const { jobId, leaseToken: jobToken } = context;
  const foldNo = await createFold(pool, { countryNo, measure: area.measure, jobId, jobToken });
  await writeFold(pool, foldNo, slices, context);
  await fenced(context, async (tx) => {
    await lockCountry(tx, countryNo);
    await useFold(tx, foldNo, area, slices);
    await retireUnusedFolds(tx);
    await raiseDataVersion(tx, countryNo);
  });
}

function writeFold(
  pool: Pool,
  foldNo: number,
  slices: readonly SlicePointer[],
  context: JobContext,
): Promise<void> {
  return fenced(context, async (tx) => {
    const numbers = Int32Array.from({ length: (await findLastSpelling(pool)) + 1 }, (_, no) => no);
    const builder = createSeriesBuilder({ numbers });
    for (const [gender, years] of Map.groupBy(slices, (slice) => slice.gender)) {
      for await (const { slice, rows } of readSlices(pool, years)) {
        context.signal.throwIfAborted();
        const { numbers: names, counts } = rows;
        builder.add({ draft: { year: slice.toYear }, length: names.length, names, counts });
      }
      // Opened once nothing but the server can fail: no statement gets through to it before its end.
      const copy = openCopy(tx, SERIES_COPY);
      const { areaNo } = years[0] as SlicePointer;
      await writeSeriesRows(copy, builder, { releaseNo: foldNo, areaNo, gender });
      await copy.end();
    }
  });
}

/** One after the other; a slice whose rows are gone was replaced in the meantime and is left out. */
async function* readSlices(
  db: Database,
  slices: readonly SlicePointer[],
): AsyncGenerator<{ slice: SlicePointer; rows: SliceRows }> {
  for (let start = 0; start < slices.length; start += SLICES_PER_STATEMENT) {
    const batch = slices.slice(start, start + SLICES_PER_STATEMENT);
    const found = await loadSliceRows(db, batch);
    for (const slice of batch) {
      const rows = found.get(sliceId(slice));
      if (rows) yield { slice, rows };
    }
  }
}
