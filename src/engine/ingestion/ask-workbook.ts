import { Worker } from 'node:worker_threads';
import type { WorkbookAnswer, WorkbookTask } from './workbook-thread.ts';

/**
 * Workbooks are parsed in a thread of their own: nothing else waits for them, one that asks for too much ends the
 * thread alone, and one after the other, so that no two are in memory.
 */
const HEAP_MB = 2048;
const MOST_MS = 180_000;
/** Long enough for the workbooks of one archive. */
const IDLE_MS = 5000;

export type WorkbookReply = WorkbookAnswer | { readonly fault: 'exhausted'; readonly reason: string };

let thread: Worker | undefined;
let last: Promise<unknown> = Promise.resolve();
let idle: NodeJS.Timeout | undefined;

/** Resolves with the answer of the thread when its turn has come. `task.bytes` are given away. */
export function askWorkbook(task: WorkbookTask): Promise<WorkbookReply> {
  const turn = last.then(() => ask(task));
  last = turn.catch(() => undefined);
  return turn;
}

async function ask(task: WorkbookTask): Promise<WorkbookReply> {
  clearTimeout(idle);
  const worker = thread ?? startThread();
  const { promise, resolve, reject } = Promise.withResolvers<WorkbookReply>();
  const late = setTimeout(() => {
    drop(worker);
    resolve({ fault: 'exhausted', reason: `it was not read within ${MOST_MS / 1000} s` });
  }, MOST_MS);
  const onError = (error: unknown): void => {
    drop(worker);
    if ((error as { code?: unknown }).code !== 'ERR_WORKER_OUT_OF_MEMORY') reject(error);
    else resolve({ fault: 'exhausted', reason: `it needs more than ${HEAP_MB} MiB of memory` });
  };
  worker.once('message', resolve).once('error', onError);
  worker.ref();
  try {
    worker.postMessage(task, [task.bytes.buffer as ArrayBuffer]);
    return await promise;
  } finally {
    clearTimeout(late);
    worker.off('message', resolve).off('error', onError).unref();
    dropWhenIdle(worker);
  }
}

function startThread(): Worker {
  const worker = new Worker(new URL('./workbook-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  worker.on('error', () => drop(worker));
  thread = worker;
  return worker;
}

function dropWhenIdle(worker: Worker): void {
  clearTimeout(idle);
  idle = setTimeout(() => drop(worker), IDLE_MS).unref();
}

function drop(worker: Worker): void {
  if (thread === worker) thread = undefined;
  void worker.terminate();
}
