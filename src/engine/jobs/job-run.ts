import type { Pool } from '#platform/postgres/database.ts';
import type { Logger } from '#platform/observability/log.ts';
import { Value } from 'typebox/value';
import { AppError } from '#platform/errors.ts';
import type { ClaimedJob } from './claim.query.ts';
import type { Completions } from './completions.ts';
import type { JobContext, JobDefinition, JobDefinitions, JobProgress } from './define-job.ts';
import { completeJob } from './finish.query.ts';
import { type Heartbeats, startHeartbeats } from './heartbeat.ts';
import { JobStoppedError, LeaseLostError } from './job-errors.ts';
import { fenceJob, holdsLease, type Lease, type LeaseLimits } from './lease.query.ts';
import { type Outcome, settleJob } from './settle-job.ts';
import type { Random } from './retry-policy.ts';
import { endSessionsBefore, sessionName } from './takeover.query.ts';

const ABANDON_AFTER_MS = 5_000;

export interface RunSettings extends LeaseLimits {
  readonly pool: Pool;
  readonly completions: Completions;
  readonly definitions: JobDefinitions;
  readonly retryWindowMs: number;
  /** How long a handler may take to react to its signal before its job is ended without it; default 5 s. */
  readonly abandonAfterMs?: number;
  readonly random: Random;
  readonly log: Logger;
}

/** A job at work in this process. */
export interface JobRun {
  readonly job: ClaimedJob;
  readonly startedAt: Date;
  /** Settles when the job's row says how it went. Never rejects. */
  readonly settled: Promise<Settled>;
  /** Looks now whether somebody wants it canceled. */
  beat(): Promise<void>;
  /** Aborts it and gives the lease back. */
  giveBack(): void;
}

interface Settled {
  /** The delay, if it is to be tried again. */
  readonly retryInMs: number | undefined;
  readonly isCompleted: boolean;
}

interface RunState {
  progress: JobProgress;
  completed: boolean;
}

export function startJobRun(job: ClaimedJob, settings: RunSettings): JobRun {
  const lease: Lease = { jobId: job.id, leaseToken: job.leaseToken };
  const state: RunState = { progress: job.progress, completed: false };
  const controller = new AbortController();
  const stop = (reason: JobStoppedError): void => {
    // A heartbeat that waited for the completing transaction finds the job ended: by ourselves.
    if (reason.reason === 'lease_lost' && state.completed) return;
    controller.abort(reason);
  };
  const log = settings.log.child({ jobId: job.id, jobType: job.type, leaseToken: job.leaseToken });
  const heartbeats = startHeartbeats({
    pool: settings.pool,
    lease,
    limits: settings,
    progress: () => state.progress,
    onStop: stop,
    log,
  });
  const context = createContext(job, settings, state, heartbeats, controller.signal);

  async function run(): Promise<Settled> {
    log.info({ attempt: job.attempt, lockedBy: job.lockedBy }, 'job started');
    try {
      const outcome = await work(job, settings, context, state);
      heartbeats.stop();
      const { retryInMs } = await settleJob({ ...settings, log }, job, state.progress, outcome);
      return { retryInMs, isCompleted: outcome.kind === 'completed' };
    } catch (error) {
      // Without a word in the row the lease runs out, and the reaper decides.
      log.error({ err: error }, 'job outcome could not be recorded');
      return { retryInMs: undefined, isCompleted: false };
    } finally {
      heartbeats.stop();
    }
  }

  return {
    job,
    startedAt: new Date(),
    settled: run(),
    beat: () => heartbeats.beat(),
    giveBack: () => stop(new JobStoppedError('shutdown', 'the worker is shutting down')),
  };
}

/** Runs the handler until it settles, or for a while after it was told to stop. */
async function work(
  job: ClaimedJob,
  settings: RunSettings,
  context: JobContext,
  state: RunState,
): Promise<Outcome> {
  const { abandonAfterMs = ABANDON_AFTER_MS } = settings;
  const abandoned = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  context.signal.addEventListener('abort', () => {
    timer = setTimeout(() => abandoned.reject(context.signal.reason), abandonAfterMs);
  });
  try {
    if (job.leaseToken > 1) await endSessionsBefore(settings.pool, context);
    const definition = settings.definitions.get(job.type);
    if (!definition) throw new Error(`no handler for ${job.type}`);
    checkPayload(definition, job.payload);
    const result = await Promise.race([definition.run(job.payload, context), abandoned.promise]);
    if (state.completed) return { kind: 'completed' };
    context.signal.throwIfAborted();
    const lease: Lease = { jobId: job.id, leaseToken: job.leaseToken };
    const completion = { lease, slot: job.slot, progress: state.progress, result: result ?? {} };
    if (!(await settings.completions.complete(completion))) return { kind: 'lease_lost' };
    state.completed = true;
    return { kind: 'completed' };
  } catch (error) {
    if (error instanceof LeaseLostError) return { kind: 'lease_lost' };
    // Whatever an aborted handler throws is an echo of the abort.
    const reason: unknown = context.signal.aborted ? context.signal.reason : error;
    return reason instanceof JobStoppedError ? { kind: 'stopped', reason } : { kind: 'error', error };
  } finally {
    clearTimeout(timer);
  }
}

function createContext(
  job: ClaimedJob,
  settings: RunSettings,
  state: RunState,
  heartbeats: Heartbeats,
  signal: AbortSignal,
): JobContext {
  const { pool, leaseMs } = settings;
  const lease: Lease = { jobId: job.id, leaseToken: job.leaseToken };
  const lost = (): LeaseLostError => new LeaseLostError(job.id, job.leaseToken);
  return {
    ...lease,
    attempt: job.attempt,
    signal,
    progress(update) {
      state.progress = { ...state.progress, ...update };
      heartbeats.moved();
    },
    session: (work) =>
      pool.session(
        async (session) => {
          // After its name is set: from here on a takeover either finds the session or refuses it.
          if (!(await holdsLease(session, lease))) throw lost();
          return work(session);
        },
        { applicationName: sessionName(lease), signal },
      ),
    async fence(tx) {
      if (!(await fenceJob(tx, lease, state.progress, leaseMs))) throw lost();
    },
    async complete(tx, result) {
      if (!(await completeJob(tx, lease, state.progress, result))) throw lost();
      state.completed = true;
    },
  };
}

function checkPayload(definition: JobDefinition, payload: unknown): void {
  if (Value.Check(definition.payload, payload)) return;
  throw new AppError(
    'invalid',
    'invalid_payload',
    `The payload does not fit jobs of type ${definition.type}.`,
  );
}
