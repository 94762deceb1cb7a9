import type { Database } from '#platform/postgres/database.ts';
import { prepared, type Sql, sql } from '#platform/postgres/sql.ts';
import type { JobProgress } from './define-job.ts';

const MIN_WAIT_MS = 50;
const NOBODY: ReadonlyMap<number, string> = new Map();

export interface ClaimedJob {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  /** As in `jobs.created_by`; empty: the system. */
  readonly caller: string;
  readonly priority: number;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly leaseToken: number;
  readonly lockedBy: string;
  readonly slot: number;
  /** Where the former attempt was; nothing at the first. */
  readonly progress: JobProgress;
}

export interface ClaimOptions {
  readonly types: readonly string[];
  /** `host:pid`; the slot is appended. */
  readonly worker: string;
  readonly freeSlots: readonly number[];
  readonly leaseMs: number;
  readonly maxAttempts: number;
  /** By priority the caller whose job was claimed last: the next ones are those after it. */
  readonly servedLast?: ReadonlyMap<number, string>;
}

/**
 * Takes up to as many due jobs as there are free slots: those of the highest priority, of which callers have one each
 * in turn, the oldest first.
 */
export function claimJobs(db: Database, options: ClaimOptions): Promise<ClaimedJob[]> {
  return db.many<ClaimedJob>(
    'claim jobs',
    prepared(
      sql`SELECT ${claimedColumns} FROM ${claimCall(options, sql`${options.freeSlots}::int[]`)} AS jobs`,
    ),
  );
}

/** The columns of a `ClaimedJob`, from what `claimCall` returns. */
export const claimedColumns: Sql = sql`
    jobs.id, jobs.type, jobs.payload, coalesce(jobs.created_by, '') AS caller, jobs.priority,
    jobs.attempts AS attempt,
    jobs.max_attempts AS "maxAttempts", jobs.lease_token::float8 AS "leaseToken", jobs.locked_by AS "lockedBy",
    split_part(jobs.locked_by, ':', -1)::int AS slot,
    json_build_object('phase', jobs.phase, 'bytes_done', jobs.bytes_done, 'bytes_total', jobs.bytes_total,
                      'records_done', jobs.records_done) AS progress`;

/** The call that claims jobs for `slots`; its rows are those of `jobs`. */
export function claimCall(options: Omit<ClaimOptions, 'freeSlots'>, slots: Sql): Sql {
  const { types, worker, leaseMs, maxAttempts, servedLast = NOBODY } = options;
  return sql`claim_jobs(${types}::text[], ${worker}::text, ${slots}, ${leaseMs} * interval '1 ms',
                        ${maxAttempts}::int, ${[...servedLast.keys()]}::int[], ${[...servedLast.values()]}::text[])`;
}

/** Milliseconds until the next job waits for a worker; infinite when none will. */
export async function findNextDue(db: Database, types: readonly string[]): Promise<number> {
  const row = await db.maybeOne<{ inMs: number | null }>(
    'find next due job',
    prepared(
      sql`SELECT extract(epoch FROM next_job_due(${types}::text[]) - clock_timestamp())::float8 * 1000 AS "inMs"`,
    ),
  );
  const inMs = row?.inMs ?? Number.POSITIVE_INFINITY;
  // One that waits already and was not claimed is being changed by somebody at this moment.
  return Math.max(MIN_WAIT_MS, Math.ceil(inMs));
}
