import { AppError } from '#platform/errors.ts';
import type { Session } from '#platform/postgres/database.ts';
import type { LedgerReport } from '../ingestion/ledger.ts';
import type { Attempt } from './attempt.ts';
import { type ImportOptions, MIN_RECORDS_FOR_RATIO } from './import-options.ts';
import { markChecked, type RecordCounts } from './import-run.query.ts';
import {
  countFound,
  createFound,
  createReferences,
  type FieldPlace,
  type FoundCount,
  resolveReferences,
  runCheck,
  saveRejects,
  saveStageErrors,
} from './judge-stage.query.ts';
import { forecastLoad } from './load-stage.query.ts';
import { type ReportWarning, saveReport } from './report.query.ts';
import { runLanes } from './run-lanes.ts';
import { type StageCheck, stageChecks } from './stage-checks.query.ts';
import type { StagedRecords } from './stage-records.ts';

const LANES = 2;
const DETAIL_CAP = 100_000;

export interface JudgedFile {
  readonly staged: StagedRecords;
  readonly places: readonly FieldPlace[];
  readonly warnings: readonly ReportWarning[];
}

export interface Verdict {
  readonly records: number;
  readonly refused: number;
}

/** Everything that loading needs besides the stage itself; once for each attempt. */
export async function resolveStage({ context, tables, resource }: Attempt): Promise<void> {
  if (resource.references.length === 0) return;
  await context.session(async (session) => {
    await createReferences(session, tables, resource);
    await session.transaction((tx) => resolveReferences(tx, tables, resource));
  });
}

/** Finds all that is wrong with staged records, and stores the report and the numbers of the refused ones. */
export async function judgeImport(attempt: Attempt, file: JudgedFile): Promise<Verdict> {
  const { context, tables, resource, run } = attempt;
  const checks = stageChecks({ resource, tables, onConflict: run.options.on_conflict });
  await context.session((session) => createFound(session, tables));
  await runLanes(
    LANES,
    checks.map(
      (check, kind) => () =>
        context.session((session) => session.transaction((tx) => runCheck(tx, tables, check, kind))),
    ),
  );
  return context.session((session) =>
    session.transaction(async (tx) => {
      const verdict = await saveVerdict(tx, attempt, file, checks);
      await context.fence(tx);
      return verdict;
    }),
  );
}

async function saveVerdict(
  tx: Session,
  { tables, resource, run }: Attempt,
  { staged, places, warnings }: JudgedFile,
  checks: readonly StageCheck[],
): Promise<Verdict> {
  const refused = await saveRejects(tx, tables, run.no, staged.rejected);
  const verdict = { records: staged.records, refused };
  const { dry_run: isDryRun, on_conflict: onConflict } = run.options;
  const forecast =
    isDryRun || onConflict === 'skip' ? await forecastLoad(tx, { resource, tables, run }) : null;
  const found = await countFound(
    tx,
    tables,
    places.some(({ entry }) => entry !== null),
  );
  const ledger = mergeLedgers(staged.ledger, refused, found, checks, places, forecast);
  const reportNo = await saveReport(tx, run.id, { ledger, errors: [], warnings });
  await saveStageErrors(tx, tables, resource, { no: reportNo, cap: DETAIL_CAP, checks, places });
  await markChecked(tx, run.id, {
    reportNo,
    totalRecords: staged.records,
    failCount: refused,
    hasSecrets: staged.hasSecrets,
    forecast: isDryRun && !thresholdExceeded(run.options, verdict) ? forecast : null,
  });
  return verdict;
}

/** The ledger of reading with what the checks found. */
function mergeLedgers(
  reading: LedgerReport,
  rejected: number,
  found: readonly FoundCount[],
  checks: readonly StageCheck[],
  places: readonly FieldPlace[],
  forecast: RecordCounts | null,
): LedgerReport {
  const skipped = forecast?.skipped ?? 0;
  const counts = found.map(({ kind, entry, count }) => {
    const { code, field } = checks[kind] as StageCheck;
    const place = places.find((each) => each.entry === entry && each.field === field);
    return { code, column_index: place?.columnIndex ?? null, column: place?.column ?? null, field, count };
  });
  const errors = reading.errors + counts.reduce((sum, { count }) => sum + count, 0);
  return {
    read: reading.read,
    accepted: reading.read - rejected - skipped,
    rejected,
    skipped,
    skippedByReason: skipped === 0 ? {} : { exists: skipped },
    errorCounts: [...reading.errorCounts, ...counts].sort((one, other) => other.count - one.count),
    errors,
    truncated: errors > DETAIL_CAP,
  };
}

/** Why records may not be loaded because of those that were refused; undefined when they may. */
export function thresholdExceeded(
  options: ImportOptions,
  { records, refused }: Verdict,
): AppError | undefined {
  const told = `${refused} of ${records} records were refused`;
  if (options.mode === 'atomic' && refused > 0)
    return exceeded(`${told} and mode=atomic takes all or nothing.`);
  if (options.max_errors !== null && refused > options.max_errors) {
    return exceeded(`${told}; max_errors is ${options.max_errors}.`);
  }
  const { max_error_ratio: ratio } = options;
  if (ratio !== null && records >= MIN_RECORDS_FOR_RATIO && refused > records * ratio) {
    return exceeded(`${told}; max_error_ratio is ${ratio}.`);
  }
  return undefined;
}

function exceeded(message: string): AppError {
  const advice = 'See the errors of the import, mend the file and send it again.';
  return new AppError('unprocessable', 'threshold_exceeded', `${message} ${advice}`);
}
