import type { IncomingMessage } from 'node:http';
import { bytesOf, type Continuation, continuationOf, continues, rangeHeaders } from './continuation.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { assertWhole, type OpenedUrl } from './open-url.ts';
import type { Pace } from './pace.ts';
import type { RetryBudget } from './retry-budget.ts';
import { asUrlError, urlError } from './url-errors.ts';

/** What all connections of one fetch have in common. */
export interface TransferRun {
  open(headers?: Readonly<Record<string, string>>): Promise<OpenedUrl>;
  readonly whole: Deadline;
  readonly budget: RetryBudget;
  readonly pace: Pace;
  /** Longest wait for the next bytes. */
  readonly idleMs: number;
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly onProgress: ((bytesDone: number, bytesTotal: number | null) => void) | undefined;
}

/** The body of an answer, gone on with over further connections where the server has the same file still. */
export interface Transfer {
  /** Throws AppError 422 with one of the `url_…` codes, or the signal's reason. */
  bytes(): AsyncGenerator<Buffer>;
  /** An answer with the whole file, where `bytes` threw because it has to be read from its start again. */
  restarted(): OpenedUrl | undefined;
  close(): void;
}

export function createTransfer(run: TransferRun, first: IncomingMessage): Transfer {
  const continuation = continuationOf(first);
  let response = first;
  let total = bytesOf(first.headers['content-length']);
  let done = 0;
  let restart: OpenedUrl | undefined;

  async function* bytes(): AsyncGenerator<Buffer> {
    assertSize(run, total ?? 0);
    for (;;) {
      const failure = yield* taken();
      if (failure === undefined) return;
      response.destroy();
      const next = await reopen(run, done, continuation, failure);
      const whole = continuation && continues(next.response, done, continuation);
      if (whole === undefined) {
        restart = next;
        throw failure;
      }
      response = next.response;
      total = whole;
    }
  }

  /** What the present connection gives, and then why it ended before the file did. */
  async function* taken(): AsyncGenerator<Buffer, unknown> {
    const chunks = chunksOf(run, response);
    for (;;) {
      const step = await chunks.next().catch((failure: unknown) => ({ failure }));
      if ('failure' in step) return step.failure;
      if (step.done) return total !== null && done < total ? urlError('url_incomplete') : undefined;
      done += step.value.length;
      assertSize(run, done);
      run.onProgress?.(done, total);
      yield step.value;
    }
  }

  return { bytes, restarted: () => restart, close: () => response.destroy() };
}

/** The rest of the file, where `continuation` lets that be asked for and it has not changed; else the whole of it. */
async function reopen(
  run: TransferRun,
  done: number,
  continuation: Continuation | undefined,
  failed: unknown,
): Promise<OpenedUrl> {
  let asked = done > 0 ? continuation : undefined;
  let failure = failed;
  for (;;) {
    const begun = performance.now();
    await run.budget.wait(failure, done);
    try {
      const next = await run.open(asked && rangeHeaders(done, asked));
      const { response } = next;
      if (asked && continues(response, done, asked) !== undefined) return next;
      if (!asked || ![206, 416].includes(response.statusCode ?? 0)) {
        assertWhole(response);
        return next;
      }
      // Not the file that it was.
      response.destroy();
      asked = undefined;
    } catch (error) {
      failure = error;
    }
    run.pace.came(0, performance.now() - begun);
  }
}

async function* chunksOf(
  { whole, idleMs, pace }: TransferRun,
  response: IncomingMessage,
): AsyncGenerator<Buffer> {
  const idle = createDeadline(whole.signal);
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const begun = performance.now();
      idle.set(idleMs);
      const { value, done } = await idle.race(chunks.next());
      idle.clear();
      if (done) return;
      pace.came(value.length, performance.now() - begun);
      yield value;
    }
  } catch (error) {
    idle.signal.throwIfAborted();
    throw asUrlError(error, 'url_incomplete');
  } finally {
    idle.clear();
  }
}

/** Throws `url_too_large`. */
function assertSize({ maxBytes }: TransferRun, bytes: number): void {
  if (maxBytes > 0 && bytes > maxBytes) throw urlError('url_too_large');
}
