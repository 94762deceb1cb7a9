import type { JobContext } from '#engine/jobs/define-job.ts';
import type { Database, Session } from '#platform/postgres/database.ts';
import { buildSlices, type Repeat } from './build-slices.ts';
import type { ImportRun } from './import-run.ts';
import type { FinishedReading } from './read-dataset.ts';
import { createRelease, ensureAreas } from './release.query.ts';
import { createReleaseWriter, type ReleaseFacts } from './release-writer.ts';
import { type SliceDraft, UNKNOWN_YEAR } from './slice-registry.ts';

const ANY_YEAR = { first: 1800, last: 2100 };

/** Writes all rows of a reading as a release that nobody sees yet; returns its number. */
export async function loadRelease(
  db: Database,
  reading: FinishedReading,
  run: ImportRun,
  context: JobContext,
): Promise<number> {
  context.progress({ phase: 'loading' });
  const facts = await releaseFacts(db, reading, run, context);
  const repeats: Repeat[] = [];
  await context.session((pages) =>
    pages.transaction(async (pagesTx) => {
      await context.session((series) =>
        series.transaction(async (seriesTx) => {
          await writeRelease(pagesTx, seriesTx, reading, run, facts, (repeat) => repeats.push(repeat));
          await context.fence(seriesTx);
        }),
      );
      await context.fence(pagesTx);
    }),
  );
  await reading.addRepeats(repeats);
  return facts.releaseNo;
}

async function releaseFacts(
  db: Database,
  reading: FinishedReading,
  run: ImportRun,
  context: JobContext,
): Promise<ReleaseFacts> {
  const { dataset, parser } = run;
  const used = new Set(reading.slices.map(({ area }) => area));
  const regions = withParents([...used].filter((area) => area !== null));
  const areas = await ensureAreas(
    db,
    dataset.countryNo,
    regions.map((code) => ({ code, name: parser.areas[code] ?? code })),
  );
  const releaseNo = await createRelease(db, {
    datasetId: dataset.id,
    countryNo: dataset.countryNo,
    measure: parser.measure,
    jobId: context.jobId,
    jobToken: context.leaseToken,
  });
  const years = knownYears(reading.slices);
  // Beside a single year, a slice of unknown years must not look like that year's.
  const unknownYears = years.first < years.last ? years : ANY_YEAR;
  return {
    releaseNo,
    layoutOf(file) {
      const layout = reading.files[file]?.layout;
      const {
        threshold = parser.threshold,
        isTop = false,
        isRounded = false,
        period = unknownYears,
      } = layout ?? {};
      return { threshold, isTop, isRounded, period };
    },
    // Nobody asks a dry run for a name over the years.
    withSeries: years.first < years.last && !dataset.options.dry_run,
    drafts: reading.slices,
    areaNumber: (area) => areas.get(area) as number,
    fileName: (file) => reading.files[file]?.source.name ?? '',
  };
}

/** Areas with those that they lie in: `DE-BE-MITTE` lies in `DE-BE`, and that in the country itself. */
function withParents(codes: readonly string[]): string[] {
  const all = new Set<string>();
  for (const code of codes) {
    const parts = code.split('-');
    for (let length = 2; length <= parts.length; length++) all.add(parts.slice(0, length).join('-'));
  }
  return [...all].sort();
}

/** First and last of the years that slices are of. */
export function knownYears(slices: readonly SliceDraft[]): { first: number; last: number } {
  const years = slices
    .filter(({ year, replaced }) => year !== UNKNOWN_YEAR && !replaced)
    .map(({ year }) => year);
  return {
    first: years.reduce((least, year) => Math.min(least, year), Number.POSITIVE_INFINITY),
    last: years.reduce((most, year) => Math.max(most, year), Number.NEGATIVE_INFINITY),
  };
}

async function writeRelease(
  pages: Session,
  series: Session,
  reading: FinishedReading,
  run: ImportRun,
  facts: ReleaseFacts,
  onRepeat: (repeat: Repeat) => void,
): Promise<void> {
  const writer = createReleaseWriter(pages, series, reading.table, facts);
  for (const bucket of reading.rows.drain()) {
    for (const slice of buildSlices(bucket, reading.slices, reading.table, run.parser, onRepeat)) {
      await writer.write(slice);
    }
  }
  await writer.finish();
}
