import { urlError } from './url-errors.ts';

/** A time limit that moves from one step of a request to the next. */
export interface Deadline {
  /** Aborts with `url_timeout` when a limit passes, and with the caller's signal. */
  readonly signal: AbortSignal;
  /** The step that begins now may take so long. */
  set(milliseconds: number): void;
  clear(): void;
  /** `work`, or the reason of the signal if that comes first. */
  race<T>(work: Promise<T>): Promise<T>;
}

export function createDeadline(outer: AbortSignal): Deadline {
  const expired = new AbortController();
  const signal = AbortSignal.any([outer, expired.signal]);
  let timer: NodeJS.Timeout | undefined;
  return {
    signal,
    set(milliseconds) {
      clearTimeout(timer);
      timer = setTimeout(() => expired.abort(urlError('url_timeout')), milliseconds);
    },
    clear: () => clearTimeout(timer),
    async race(work) {
      // Nobody waits for it any more where the time is up: its failure is then no bug that ends the process.
      work.catch(() => undefined);
      const aborted = Promise.withResolvers<never>();
      const abort = (): void => aborted.reject(signal.reason);
      signal.addEventListener('abort', abort);
      try {
        signal.throwIfAborted();
        return await Promise.race([work, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
  };
}
