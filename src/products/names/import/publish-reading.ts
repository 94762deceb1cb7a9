import type { ReportWarning } from '#engine/imports/report.query.ts';
import { saveReport } from '#engine/imports/report.query.ts';
import type { JobContext } from '#engine/jobs/define-job.ts';
import type { Database } from '#platform/postgres/database.ts';
import {
  attachReport,
  completeDataset,
  findRelease,
  finishRelease,
  retireFormerReleases,
} from '../catalog/dataset.query.ts';
import {
  findPublishDoubts,
  lockCountry,
  markPublished,
  raiseDataVersion,
  settleSlices,
} from '../catalog/publish.query.ts';
import { anomaliesOf, shrunkSlices } from '../editions/anomalies.ts';
import { saveSliceChanges } from '../editions/changes.query.ts';
import type { Comparison } from '../editions/compare-release.ts';
import { summaryOf } from '../editions/summary.ts';
import { requestFold } from '../maintenance/request-fold.ts';
import type { ImportRun } from './import-run.ts';
import { knownYears } from './load-release.ts';
import type { FinishedReading } from './read-dataset.ts';

/** Keeps the report of a reading that fails, so that its user can see why. */
export async function saveFailedReading(
  reading: FinishedReading,
  run: ImportRun,
  context: JobContext,
): Promise<void> {
  const report = reading.report();
  await context.session((session) =>
    session.transaction(async (tx) => {
      const reportNo = await saveReport(tx, context.jobId, report);
      await attachReport(tx, run.dataset.id, reportNo, report.ledger.rejected);
      await context.fence(tx);
    }),
  );
}

/** A release that is whole, and what it changes in the numbers that were published then. */
export interface ComparedRelease {
  readonly no: number;
  readonly comparison: Comparison;
}

/**
 * Report, pointers, dataset and job in one transaction: before it nobody sees the release, after it everybody; that of
 * a dry run nobody.
 */
export async function publishReading(
  reading: FinishedReading,
  run: ImportRun,
  { no: releaseNo, comparison }: ComparedRelease,
  context: JobContext,
): Promise<void> {
  const report = reading.report();
  const { ledger } = report;
  const { first, last } = knownYears(reading.slices);
  const edition = editionOf(run, reading, { first, last });
  const seconds = (performance.now() - run.started) / 1000;

  await context.session((session) =>
    session.transaction(async (tx) => {
      const reportNo = await saveReport(tx, context.jobId, report);
      const doubts = await publishRelease(tx, run, releaseNo, edition);
      await saveSliceChanges(tx, run.dataset.id, releaseNo, comparison.slices);
      await completeDataset(tx, run.dataset.id, {
        releaseNo,
        reportNo,
        parser: run.parser.id,
        parserVersion: run.parser.version,
        edition,
        rowCount: ledger.accepted,
        skippedCount: ledger.skipped,
        errorCount: ledger.rejected,
        firstYear: first,
        lastYear: last,
        changes: summaryOf(comparison, new Date()),
        warnings: [...report.warnings, ...withComparison(doubts, comparison)],
        lastReprocess: run.reprocess
          ? { status: 'completed', reason: run.reason, at: new Date().toISOString() }
          : null,
      });
      await context.complete(tx, {
        rows_processed: ledger.accepted,
        rows_skipped: ledger.skipped,
        errors: ledger.rejected,
        duration_seconds: Math.round(seconds * 1000) / 1000,
      });
    }),
  );
}

/**
 * What the caller said; else what the file says; else a file of several years is the edition of its last one, and one
 * year alone says nothing.
 */
function editionOf(
  run: ImportRun,
  { files }: FinishedReading,
  { first, last }: { readonly first: number; readonly last: number },
): string | null {
  const { edition } = run.dataset.metadata;
  if (typeof edition === 'string' && edition !== '') return edition;
  const stated = files.find(({ layout, isAmended }) => !isAmended && layout.edition !== undefined);
  if (stated?.layout.edition !== undefined) return stated.layout.edition;
  return last > first ? String(last) : null;
}

/** Lets the release supply its slices, or has it wait; returns why it waits, or what of it others go on supplying. */
async function publishRelease(
  tx: Database,
  run: ImportRun,
  releaseNo: number,
  edition: string | null,
): Promise<ReportWarning[]> {
  const { dataset, reprocess } = run;
  await lockCountry(tx, dataset.countryNo);
  const former = dataset.releaseNo === null ? undefined : await findRelease(tx, dataset.releaseNo);
  const retired = await retireFormerReleases(tx, dataset.id, releaseNo);
  const isAmendment = dataset.amends !== null;
  if (dataset.options.dry_run) {
    await finishRelease(tx, releaseNo, { edition, state: 'waiting', publishedSeq: null });
    const { older, shrinking } = await findPublishDoubts(tx, releaseNo, edition);
    return doubtsInWords(null, older, isAmendment ? 0 : shrinking);
  }
  if (reprocess && former) {
    // A new reading stands where the old one stood: it brings nothing back that another dataset supplies by now.
    const state = former.published_seq === null ? 'waiting' : 'published';
    await finishRelease(tx, releaseNo, { edition, state, publishedSeq: former.published_seq });
    await supply(tx, dataset.countryNo, [releaseNo, ...retired]);
    return [];
  }
  await finishRelease(tx, releaseNo, { edition, state: 'waiting', publishedSeq: null });
  const doubts = await findPublishDoubts(tx, releaseNo, edition);
  const reasons = doubtsInWords(dataset.id, doubts.older, isAmendment ? 0 : doubts.shrinking);
  if (reasons.length > 0) return reasons;
  await markPublished(tx, releaseNo);
  await supply(tx, dataset.countryNo, [releaseNo, ...retired]);
  return countsStay(doubts.countless);
}

async function supply(tx: Database, countryNo: number, releaseNos: readonly number[]): Promise<void> {
  await settleSlices(tx, releaseNos);
  await raiseDataVersion(tx, countryNo);
  await requestFold(tx, countryNo);
}

/** `datasetId`: null for a dry run. */
function doubtsInWords(datasetId: string | null, older: number, shrinking: number): ReportWarning[] {
  const publish =
    datasetId === null
      ? 'Numbers that are no dry run would wait likewise, until somebody publishes them.'
      : `So these numbers wait: POST /v1/datasets/${datasetId}/publish if that is meant.`;
  const doubts: ReportWarning[] = [];
  if (older > 0) {
    const message = `${older} slices are supplied by a newer edition. ${publish}`;
    doubts.push({ code: 'older_edition', message, count: older });
  }
  if (shrinking > 0) {
    const message = `${shrinking} slices would lose more than half of their names or births. ${publish}`;
    doubts.push({ code: 'slice_shrinks', message, count: shrinking });
  }
  return doubts;
}

/** Ranks alone fill the years of which nobody has counts. */
function countsStay(slices: number): ReportWarning[] {
  if (slices === 0) return [];
  const message = `${slices} slices are ranks alone here and have counts in another dataset, which goes on supplying them.`;
  return [{ code: 'counts_stay', message, count: slices }];
}

/** What the doubt about shrinking slices says already is not said twice. */
function withComparison(doubts: readonly ReportWarning[], comparison: Comparison): ReportWarning[] {
  const isShrinkingSaid = doubts.some(({ code }) => code === 'slice_shrinks');
  const detailed = doubts.map((doubt) =>
    doubt.code === 'slice_shrinks' ? { ...doubt, details: shrunkSlices(comparison) } : doubt,
  );
  return [...detailed, ...anomaliesOf(comparison, { isShrinkingSaid })];
}
