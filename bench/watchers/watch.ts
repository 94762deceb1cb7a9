import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Watching {
  /** One stream each. */
  readonly urls: readonly string[];
  readonly authorization: string;
  /** How many are opened at the same time. */
  readonly at: number;
}

/** Times in milliseconds, sorted. */
export interface Opened {
  readonly openedMs: number;
  /** From the request to the first event. */
  readonly firstEvents: readonly number[];
}

export interface WatchResult {
  readonly events: number;
  /** Watchers whose last event says that their job is completed. */
  readonly completed: number;
  /** From the start of a job, as the database dates it, to its first event as running. */
  readonly started: readonly number[];
  readonly ended: readonly number[];
}

/** Watches jobs until all streams have ended; answers when all are open. */
export async function watchFromAnotherProcess(
  watching: Watching,
): Promise<{ opened: Opened; result: Promise<WatchResult> }> {
  const child = fork(join(import.meta.dirname, 'watch-process.ts'));
  child.send(watching);
  const [opened] = (await once(child, 'message')) as [Opened];
  const result = once(child, 'message').then(async ([message]) => {
    await once(child, 'exit');
    return message as WatchResult;
  });
  return { opened, result };
}
