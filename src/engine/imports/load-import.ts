import type { Session } from '#platform/postgres/database.ts';
import type { Attempt } from './attempt.ts';
import { addLoaded, type ImportRun } from './import-run.query.ts';
import type { FieldPlace } from './judge-stage.query.ts';
import { thresholdExceeded } from './judge-import.ts';
import { findLate, refuseLate } from './late-errors.query.ts';
import {
  type CarefulSetting,
  isDeadlock,
  isRefusedRow,
  loadCarefully,
  type LoadedCounts,
  systemError,
} from './load-carefully.ts';
import type { RecordRange } from './load-scope.query.ts';
import { listTables } from './list-table.ts';
import { analyzeLists } from './load-lists.query.ts';
import { loadRange } from './load-stage.query.ts';
import { createMadeIds, makeCommentIds, reserveNumbers } from './prepare-load.query.ts';
import { lateChecks } from './stage-checks.query.ts';

const LANES = 2;
const DEADLOCK_TRIES = 5;
/** Fewer records change no plan. */
const WORTH_ANALYZING = 1000;

/** Writes all staged records that are not refused, from where the last attempt ended. */
export async function loadImport(
  attempt: Attempt,
  places: readonly FieldPlace[],
  records: number,
  batchRecords: number,
): Promise<void> {
  const { context, run } = attempt;
  context.progress({ phase: 'loading', records_done: run.nextRecord - 1 });
  const setting = await prepare(attempt, places, records);
  const ranges = rangesOf(run, records, batchRecords);
  if (run.options.mode === 'atomic') await loadAtOnce(attempt, setting, ranges);
  else await loadBatches(attempt, setting, ranges);
  if (records < WORTH_ANALYZING) return;
  for (const list of listTables(attempt.resource)) {
    await context.session((session) => analyzeLists(session, list));
  }
}

async function prepare(
  { context, run, resource, tables }: Attempt,
  places: readonly FieldPlace[],
  records: number,
): Promise<CarefulSetting> {
  const firstNo =
    run.firstNo ??
    (await context.session((session) =>
      session.transaction(async (tx) => {
        const first = await reserveNumbers(tx, run.no, resource, tables, records);
        await context.fence(tx);
        return first;
      }),
    ));
  if (resource.madeId === 'comment') {
    await context.session(async (session) => {
      await createMadeIds(session, tables);
      await session.transaction((tx) => makeCommentIds(tx, run.no, resource, tables));
    });
  }
  const checks = [
    ...lateChecks({ resource, tables, onConflict: run.options.on_conflict }),
    systemError(resource.naturalKey),
  ];
  const late = { importNo: run.no, reportNo: run.reportNo as number, resource, tables, places, checks };
  return { resource, tables, run: { ...run, firstNo }, late };
}

/** What is left to load, in batches of fixed size; the one that was loaded ahead is left out. */
export function rangesOf(
  { nextRecord, aheadFrom, aheadTo }: Pick<ImportRun, 'nextRecord' | 'aheadFrom' | 'aheadTo'>,
  records: number,
  batchRecords: number,
): RecordRange[] {
  const ranges: RecordRange[] = [];
  let from = nextRecord;
  while (from <= records) {
    const end = aheadFrom !== null && from < aheadFrom ? aheadFrom : records + 1;
    const to = Math.min(from + batchRecords, end);
    ranges.push({ from, to });
    from = to === aheadFrom ? (aheadTo as number) : to;
  }
  return ranges;
}

/** Two batches at a time, each a transaction; none begins before the last but one is committed. */
async function loadBatches(
  attempt: Attempt,
  setting: CarefulSetting,
  ranges: readonly RecordRange[],
): Promise<void> {
  const { context, run } = attempt;
  const committed = ranges.map(() => Promise.withResolvers<void>());
  for (const { promise } of committed) promise.catch(() => undefined);
  let next = 0;
  let done = run.nextRecord - 1;

  async function lane(session: Session): Promise<void> {
    for (let at = next++; at < ranges.length; at = next++) {
      const range = ranges[at] as RecordRange;
      try {
        await committed[at - LANES]?.promise;
        await loadBatch(attempt, session, setting, range);
        done += range.to - range.from;
        context.progress({ records_done: done });
        committed[at]?.resolve();
      } catch (error) {
        committed[at]?.reject(error);
        next = ranges.length;
        throw error;
      }
    }
  }

  const lanes = Array.from({ length: Math.min(LANES, ranges.length) }, () => context.session(lane));
  const ends = await Promise.allSettled(lanes);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

async function loadBatch(
  { context, run }: Attempt,
  session: Session,
  setting: CarefulSetting,
  range: RecordRange,
): Promise<void> {
  const load = (work: (tx: Session) => Promise<LoadedCounts>): Promise<void> =>
    session.transaction(async (tx) => {
      await addLoaded(tx, run.no, range, await work(tx));
      await context.fence(tx);
    });
  for (let tries = 1; ; tries++) {
    try {
      return await load(async (tx) => ({ ...(await loadRange(tx, setting, range)), refused: 0 }));
    } catch (error) {
      if (isRefusedRow(error)) break;
      if (!isDeadlock(error) || tries === DEADLOCK_TRIES) throw error;
    }
  }
  await load((tx) => loadCarefully(tx, setting, range));
}

/** All records in one transaction; a race that is lost fails it, and the report says which record lost it. */
async function loadAtOnce(
  attempt: Attempt,
  setting: CarefulSetting,
  ranges: readonly RecordRange[],
): Promise<void> {
  const { context, run } = attempt;
  try {
    await context.session((session) =>
      session.transaction(async (tx) => {
        for (const range of ranges) {
          await addLoaded(tx, run.no, range, { ...(await loadRange(tx, setting, range)), refused: 0 });
          context.progress({ records_done: range.to - 1 });
        }
        await context.fence(tx);
      }),
    );
  } catch (error) {
    if (!isRefusedRow(error)) throw error;
    const refused = await refuseAll(attempt, setting);
    throw thresholdExceeded(run.options, { records: run.totalRecords ?? 0, refused }) ?? error;
  }
}

async function refuseAll({ context, run }: Attempt, { late }: CarefulSetting): Promise<number> {
  const checks = late.checks.slice(0, -1);
  return context.session((session) =>
    session.transaction(async (tx) => {
      const all = { from: 1, to: Number.MAX_SAFE_INTEGER };
      const findings = await findLate(tx, { ...late, checks }, all);
      const refused = findings.length === 0 ? 0 : await refuseLate(tx, late, findings);
      const nothing = { from: 1, to: 1 };
      await addLoaded(tx, run.no, nothing, { created: 0, updated: 0, unchanged: 0, skipped: 0, refused });
      await context.fence(tx);
      return refused;
    }),
  );
}
