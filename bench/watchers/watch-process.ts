import { type JobWatcher, watchJob } from '#test/support/job-watcher.ts';
import type { Watching, WatchResult } from './watch.ts';

/** The watchers of `watchFromAnotherProcess`, in a process of their own. */
process.once('message', (watching: Watching) => {
  void run(watching).then((result) => {
    process.send?.(result);
    process.disconnect();
  });
});

async function run({ urls, authorization, at }: Watching): Promise<WatchResult> {
  const begun = performance.now();
  const times: number[] = [];
  let next = 0;
  const watchers: JobWatcher[] = [];
  const open = async (): Promise<void> => {
    while (next < urls.length) {
      const url = urls[next++] as string;
      const asked = performance.now();
      watchers.push(await watchJob(url, authorization));
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: at }, open));
  process.send?.({ openedMs: performance.now() - begun, firstEvents: times.sort((a, b) => a - b) });
  await Promise.all(watchers.map(({ ended }) => ended));
  const late = (
    time: (job: JobWatcher['events'][number]['job']) => string | null,
    status: string,
  ): number[] =>
    watchers
      .flatMap(({ events }) => events.filter(({ job }) => job.status === status).slice(0, 1))
      .map(({ at: came, job }) => came - Date.parse(time(job) ?? ''))
      .sort((a, b) => a - b);
  return {
    events: watchers.reduce((sum, { events }) => sum + events.length, 0),
    completed: watchers.filter(({ events }) => events.at(-1)?.job.status === 'completed').length,
    started: late((job) => job.started_at, 'running'),
    ended: late((job) => job.completed_at, 'completed'),
  };
}
