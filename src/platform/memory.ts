import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collector = (options?: { readonly type: 'minor' }) => void;

let collect: Collector | undefined;

/** Bytes outside the heap, and of it, below which a collection is not worth its some 30 ms. */
const WORTH_BYTES = 16 * 1024 * 1024;
const WORTH_HEAP_BYTES = 48 * 1024 * 1024;
const STREAMED_BYTES = 8 * 1024 * 1024;
const GROWN_BYTES = 4 * 1024 * 1024;
const GROWN_HEAP_BYTES = 16 * 1024 * 1024;

/**
 * Gives back what a finished piece of heavy work has left: a thread that then sits idle would keep it for good, since
 * V8 collects only when it allocates.
 */
export function releaseMemory(): void {
  const { arrayBuffers, heapTotal } = process.memoryUsage();
  if (arrayBuffers < WORTH_BYTES && heapTotal < WORTH_HEAP_BYTES) return;
  collector()();
}

/**
 * For whoever reads many bytes in buffers that are soon done with: told their number, it has those collected every
 * 8 MB, in about a millisecond. V8 itself waits for its own heap to fill, and that is what small objects do.
 */
export function releaseAsRead(): (bytes: number) => void {
  let since = 0;
  return (bytes) => {
    since += bytes;
    if (since < STREAMED_BYTES) return;
    since = 0;
    collector()({ type: 'minor' });
  };
}

/**
 * For work on a file of any size: called now and then, it collects everything once the heap has grown by 16 MB since the
 * last time, or buffers by 4 MB, beyond what a minor collection takes away. V8 waits until its heap has doubled, and what
 * outlives two minor collections waits with it. Takes some 40 ms, so it is nothing for a thread that answers requests.
 */
export function releaseAsGrown(): () => void {
  let [heap, buffers] = [Infinity, Infinity];
  let isTidied = false;
  return () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    // What is collected is freed in the background, a little later.
    heap = Math.min(heap, heapUsed);
    buffers = Math.min(buffers, arrayBuffers);
    const hasGrown = heapUsed - heap >= GROWN_HEAP_BYTES || arrayBuffers - buffers >= GROWN_BYTES;
    if (hasGrown && isTidied) {
      collector()();
      [heap, buffers] = [Infinity, Infinity];
    } else if (hasGrown) collector()({ type: 'minor' });
    isTidied = hasGrown && !isTidied;
  };
}

function collector(): Collector {
  collect ??= exposedCollector();
  return collect;
}

function exposedCollector(): Collector {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collector;
}
