import type { Static, TSchema } from 'typebox';
import type { Database, Session } from '#platform/postgres/database.ts';

/** How far a job is. Bytes are those of the source, compressed where it is; `bytes_total` is null while unknown. */
export interface JobProgress {
  readonly phase: string | null;
  readonly bytes_done: number;
  readonly bytes_total: number | null;
  readonly records_done: number;
}

/** What a running job may do. */
export interface JobContext {
  readonly jobId: string;
  readonly leaseToken: number;
  /** 1 for the first attempt; those that an outage or a restart ended are not counted. */
  readonly attempt: number;
  /** Aborts on cancel, timeout, lost lease and shutdown. */
  readonly signal: AbortSignal;
  /** Kept in memory and sent with the heartbeat, at most every 500 ms: call it as often as convenient. */
  progress(update: Partial<JobProgress>): void;
  /** A connection whose application_name names job and lease token; a takeover ends its backend. */
  session<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** The guarded UPDATE: the last statement of every transaction of data. Throws LeaseLostError. */
  fence(tx: Database): Promise<void>;
  /** Ends the job by the same guarded UPDATE: the last statement of the final transaction. Throws LeaseLostError. */
  complete(tx: Database, result: object): Promise<void>;
}

/** A job as its hooks see it. */
interface HookedJob<Payload> {
  readonly id: string;
  readonly payload: Payload;
}

export interface EndedJob<Payload> extends HookedJob<Payload> {
  readonly status: 'failed' | 'canceled';
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface JobDefinition<Payload = unknown> {
  readonly type: string;
  readonly payload: TSchema;
  /** A result that is returned completes the job, unless `context.complete` did so already. */
  run(payload: Payload, context: JobContext): Promise<object | void>;
  /** Runs in the transaction that ends a job as failed or canceled, whoever ends it. */
  ended?(tx: Database, job: EndedJob<Payload>): Promise<void>;
  /** Runs in the transaction that pauses or resumes a job; types without it cannot be paused. */
  paused?(tx: Database, job: HookedJob<Payload> & { readonly isPaused: boolean }): Promise<void>;
  /** Runs in the transaction in which a caller has a failed or canceled job tried again. */
  retried?(tx: Database, job: HookedJob<Payload>): Promise<void>;
}

export type JobDefinitions = ReadonlyMap<string, JobDefinition>;

/** A definition whose `run` and hooks take the static type of `payload`. */
export function defineJob<Schema extends TSchema>(
  definition: Omit<JobDefinition<Static<Schema>>, 'payload'> & { readonly payload: Schema },
): JobDefinition {
  return definition;
}

export function jobDefinitions(list: readonly JobDefinition[]): JobDefinitions {
  return new Map(list.map((definition) => [definition.type, definition]));
}
