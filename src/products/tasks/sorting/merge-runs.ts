import type { RunReader } from './run-reader.ts';

/** Hands out the records of several sorted runs in one order; where keys are equal, an earlier run comes first. */
export function* mergeRuns(readers: readonly RunReader[]): Generator<RunReader, undefined> {
  const heap = readers.map((_, at) => at).filter((at) => (readers[at] as RunReader).next());
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(at);

  while (heap.length > 0) {
    const first = readers[heap[0] as number] as RunReader;
    yield first;
    if (!first.next()) {
      const last = heap.pop() as number;
      if (heap.length === 0) return undefined;
      heap[0] = last;
    }
    sink(0);
  }
  return undefined;

  function sink(from: number): void {
    const run = heap[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      if (!isBefore(heap[child] as number, run)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = run;
  }

  function isBefore(a: number, b: number): boolean {
    const [left, right] = [readers[a] as RunReader, readers[b] as RunReader];
    if (left.head !== right.head) return left.head < right.head;
    const order = Buffer.compare(left.key, right.key);
    return order === 0 ? a < b : order < 0;
  }
}
