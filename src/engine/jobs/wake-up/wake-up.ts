/** What wakes a worker: there may be work, or a job is to be canceled. Losing one costs a poll interval. */
export type WakeUpMessage = { readonly kind: 'work' } | { readonly kind: 'cancel'; readonly jobId: string };

export type WakeUpListener = (message: WakeUpMessage) => void;

export interface WakeUp {
  /** Settles when messages arrive, or when the first try failed and polling has to do for now. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}
