import type { Session } from '#platform/postgres/database.ts';
import { classify } from '../jobs/retry-policy.ts';
import type { RecordCounts } from './import-run.query.ts';
import { findLate, type LateErrorSetting, refuseLate } from './late-errors.query.ts';
import type { LoadSetting, RecordRange } from './load-scope.query.ts';
import { loadRange } from './load-stage.query.ts';
import { trySaved } from './savepoint.query.ts';
import type { StageCheck } from './stage-checks.query.ts';

export interface LoadedCounts extends RecordCounts {
  readonly refused: number;
}

export interface CarefulSetting extends LoadSetting {
  /** Its last check is `SYSTEM_ERROR`, which finds nothing by itself. */
  readonly late: LateErrorSetting;
}

/** What a record is refused for when the database refuses it and no check says why. */
export function systemError(naturalKey: string): StageCheck {
  return {
    code: 'system_error',
    field: naturalKey,
    message: 'The record could not be stored for a reason on our side (%). Try again.',
    select: () => {
      throw new Error('a system error is met, not looked for');
    },
  };
}

/** The database refuses some row: looking closer helps. Others are outages, bugs, or the end of this attempt. */
export function isRefusedRow(error: unknown): boolean {
  return stateOf(error) !== undefined && classify(error).class !== 'outage';
}

/** Two transactions waited for each other, and this one gave way. */
export function isDeadlock(error: unknown): boolean {
  const state = stateOf(error);
  return state === '40P01' || state === '40001';
}

function stateOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * Loads a range that failed as a whole: what other writers have taken in the meantime is refused, and the rest halved
 * until the record is found that cannot be stored.
 */
export async function loadCarefully(
  tx: Session,
  setting: CarefulSetting,
  range: RecordRange,
): Promise<LoadedCounts> {
  const { late } = setting;
  const findings = await findLate(tx, { ...late, checks: late.checks.slice(0, -1) }, range);
  const refused = findings.length === 0 ? 0 : await refuseLate(tx, late, findings);
  const attempt = await trySaved(tx, () => loadRange(tx, setting, range));
  if ('value' in attempt) return { ...attempt.value, refused };
  if (!isRefusedRow(attempt.error)) throw attempt.error;
  if (range.to - range.from === 1) {
    const finding = {
      record: range.from,
      kind: late.checks.length - 1,
      conflict_with: stateOf(attempt.error) ?? '',
    };
    return { ...NOTHING, refused: refused + (await refuseLate(tx, late, [finding])) };
  }
  const middle = Math.floor((range.from + range.to) / 2);
  const first = await loadCarefully(tx, setting, { from: range.from, to: middle });
  const second = await loadCarefully(tx, setting, { from: middle, to: range.to });
  return {
    created: first.created + second.created,
    updated: first.updated + second.updated,
    unchanged: first.unchanged + second.unchanged,
    skipped: first.skipped + second.skipped,
    refused: refused + first.refused + second.refused,
  };
}

const NOTHING: RecordCounts = { created: 0, updated: 0, unchanged: 0, skipped: 0 };
