/** The job belongs to another attempt by now: nothing of this one may be kept, and nothing is to be reported. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor(jobId: string, leaseToken: number) {
    super(`job ${jobId} is no longer held by lease ${leaseToken}`);
  }
}

export type StopReason = 'canceled' | 'paused' | 'timeout' | 'shutdown' | 'lease_lost';

/** Why a job's signal aborted. */
export class JobStoppedError extends Error {
  override readonly name = 'JobStoppedError';
  readonly reason: StopReason;

  constructor(reason: StopReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
