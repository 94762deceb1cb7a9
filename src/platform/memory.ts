import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Bytes outside the heap, and of it, below which a collection is not worth its some 30 ms. */
const WORTH_BYTES = 16 * 1024 * 1024;
const WORTH_HEAP_BYTES = 48 * 1024 * 1024;

/**
 * Gives back what a finished piece of heavy work has left: a thread that then sits idle would keep it for good, since
 * V8 collects only when it allocates.
 */
export function releaseMemory(): void {
  const { arrayBuffers, heapTotal } = process.memoryUsage();
  if (arrayBuffers < WORTH_BYTES && heapTotal < WORTH_HEAP_BYTES) return;
  collect ??= exposedCollector();
  collect();
}

function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
