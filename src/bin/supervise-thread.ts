import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Logger } from '#platform/observability/log.ts';

/** What the thread has to send every now and then. */
interface AliveMessage {
  readonly kind: 'alive';
  /** For how long it has not done what it is for. */
  readonly idleMs: number;
}

export interface ThreadOptions {
  /** The module that the thread runs. It ends in order on the message `stop`, and drops what it does on `abort`. */
  readonly entry: URL;
  readonly data: object;
  /** A thread that is silent or idle for longer is ended and replaced. */
  readonly stallMs: number;
  /** How long the thread may take to end in order. */
  readonly stopWithinMs: number;
  /** How long it may then take to drop what it does, before it is ended by force. */
  readonly abortWithinMs: number;
  /** After a thread was lost, before the next one starts. */
  readonly onLost: () => Promise<unknown>;
  readonly log: Logger;
}

export interface SupervisedThread {
  /** Whether a thread runs that has said so. */
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** Space for short-lived objects: more would only keep memory that a file needs for its rows. */
const SEMI_SPACE_MB = 4;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30_000;
const STEADY_MS = 60_000;

/** Keeps one thread running: starts another when it crashes, runs out of memory or hangs. */
export function superviseThread(options: ThreadOptions): SupervisedThread {
  const { log } = options;
  const ending = new AbortController();
  let current: Thread | undefined;

  async function keepRunning(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!ending.signal.aborted) {
      const startedAt = performance.now();
      current = startThread(options);
      const reason = await current.ended;
      current = undefined;
      if (ending.signal.aborted) return;
      log.error({ err: reason }, 'the worker thread was lost; another one is started');
      await options.onLost().catch((error: unknown) => log.warn({ err: error }, 'leases were not freed'));
      if (performance.now() - startedAt > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      await delay(pauseMs, undefined, { signal: ending.signal }).catch(() => undefined);
      pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs);
    }
  }

  const running = keepRunning();
  return {
    isAlive: () => current?.isAlive() ?? false,
    async stop() {
      ending.abort();
      await current?.stop();
      await running;
    },
  };
}

interface Thread {
  /** Why it ended; never rejects. */
  readonly ended: Promise<Error>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

function startThread({ entry, data, stallMs, stopWithinMs, abortWithinMs }: ThreadOptions): Thread {
  // A flag, because the one of the process comes before `resourceLimits`; this thread keeps what it began with.
  setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_MB}`);
  const worker = new Worker(entry, { workerData: data });
  const ended = Promise.withResolvers<Error>();
  let alive = false;
  const watch = watchSilence(stallMs, (what) => {
    ended.resolve(new Error(`the thread ${what} for ${stallMs / 1000} s`));
    abort();
  });
  let force: NodeJS.Timeout | undefined;
  // By force comes last: what native code still works on for a thread that is ended so takes the process with it.
  function abort(): void {
    worker.postMessage('abort');
    force = setTimeout(() => void worker.terminate(), abortWithinMs);
  }
  worker.on('message', ({ idleMs }: AliveMessage) => {
    alive = true;
    watch.heard(idleMs);
  });
  worker.on('error', (error) => ended.resolve(error));
  worker.once('exit', (code) => {
    alive = false;
    watch.stop();
    clearTimeout(force);
    ended.resolve(new Error(`the thread ended with code ${code}`));
  });
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return {
    // The next thread must not start beside this one.
    ended: ended.promise.then(async (reason) => {
      await gone;
      return reason;
    }),
    isAlive: () => alive,
    async stop() {
      const late = setTimeout(abort, stopWithinMs);
      worker.postMessage('stop');
      await gone;
      clearTimeout(late);
    },
  };
}

/** Calls `onStall` once when nothing was heard, or nothing was done, for longer than `stallMs`. */
function watchSilence(
  stallMs: number,
  onStall: (what: 'was silent' | 'asked for no work') => void,
): { heard(idleMs: number): void; stop(): void } {
  const everyMs = Math.max(10, Math.min(1000, stallMs / 4));
  let checkedAt = performance.now();
  let heardAt = checkedAt;
  let workedAt = checkedAt;
  const timer = setInterval(() => {
    const now = performance.now();
    // This process itself was stopped: whatever is old now says nothing about the thread.
    if (now - checkedAt > everyMs + stallMs / 2) heardAt = workedAt = now;
    checkedAt = now;
    if (now - heardAt > stallMs) stall('was silent');
    else if (now - workedAt > stallMs) stall('asked for no work');
  }, everyMs);
  timer.unref();

  function stall(what: 'was silent' | 'asked for no work'): void {
    clearInterval(timer);
    onStall(what);
  }

  return {
    heard(idleMs) {
      heardAt = performance.now();
      workedAt = Math.max(workedAt, heardAt - idleMs);
    },
    stop: () => clearInterval(timer),
  };
}
