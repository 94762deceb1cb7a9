/** What wakes a worker: there may be work, or a job is to be canceled. Losing one costs a poll interval. */
export type WakeUpMessage = { readonly kind: 'work' } | { readonly kind: 'cancel'; readonly jobId: string };

export type WakeUpListener = (message: WakeUpMessage) => void;

export interface WorkerState {
  /** The ids of the jobs at work here. */
  readonly running: ReadonlySet<string>;
  readonly hasFreeSlots: boolean;
}

export interface WakeUp {
  /** Settles when messages arrive, or when the first try failed and polling has to do for now. */
  readonly ready: Promise<void>;
  /** Whether they arrive now. */
  isOpen(): boolean;
  /** A job that ran here has ended, or its next try is written down. */
  settled(jobId: string, isCompleted: boolean): void;
  /** The worker has just claimed what it could. */
  claimed(state: WorkerState): Promise<void>;
  /** The worker claims nothing more. */
  pause(state: WorkerState): Promise<void>;
  stop(): Promise<void>;
}
