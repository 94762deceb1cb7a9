import { openConnection } from '../serve/connection.ts';
import type { Load, LoadResult } from './load.ts';

/** The clients of `loadFromAnotherProcess`, in a process of their own. */
process.once('message', (load: Load) => {
  void run(load).then((result) => {
    process.send?.(result);
    process.disconnect();
  });
});

/** Each client waits for its answer before it asks again. */
async function run({ url, clients, seconds, paths }: Load): Promise<LoadResult> {
  const times: number[] = [];
  const errors: string[] = [];
  const started = performance.now();
  const end = started + seconds * 1000;
  let next = 0;

  async function client(): Promise<void> {
    const connection = await openConnection(url);
    while (performance.now() < end) {
      const path = paths[next++ % paths.length] as string;
      const asked = performance.now();
      const status = await connection.get(path);
      times.push(performance.now() - asked);
      if (status !== 200) errors.push(`${status} ${path}`);
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: clients }, client));
  const perSecond = (times.length / (performance.now() - started)) * 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return {
    requests: times.length,
    perSecond,
    p50: at(0.5),
    p99: at(0.99),
    worst: at(1),
    errors: errors.length,
    firstError: errors[0],
  };
}
