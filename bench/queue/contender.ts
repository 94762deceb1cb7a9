/** A job queue on PostgreSQL whose jobs do nothing. */
export interface Contender {
  readonly name: string;
  /** Queues so many jobs at once; no worker runs. */
  fill(jobs: number): Promise<void>;
  /** Queues one job; settles when that has committed. */
  add(): Promise<void>;
  /** Starts a worker whose jobs do what `run` does. */
  start(slots: number, run: () => Promise<void>): Promise<{ stop(): Promise<void> }>;
  /** Jobs that are not written down as done. */
  open(): Promise<number>;
  close(): Promise<void>;
}

/** Connections of each, above one for each job at a time. */
export const SPARE_CONNECTIONS = 2;
