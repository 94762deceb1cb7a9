import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { onConnection } from '../support/connection.ts';
import type { AffirmName } from './affirm-name.ts';

/** Times are from the commit of a job to its start, in milliseconds. */
export interface BacklogFigures {
  readonly jobsPerSecond: number;
  /** Of jobs of the highest priority, which go before all that waits: what the claim itself costs. */
  readonly urgent: readonly number[];
  /** Of jobs of callers of whom nothing else waits: what the jobs of all others cost them. */
  readonly newcomers: readonly number[];
  /** The fewest jobs that waited at any time. */
  readonly fewest: number;
}

interface BacklogOptions {
  readonly url: string;
  readonly depth: number;
  readonly slots: number;
  readonly seconds: number;
}

const LONGEST_PAUSE_MS = 20;
/** So many at a time: each waits for its turn. */
const NEWCOMERS = 4;
const TOP_UP = 20;

/** Works off jobs for so long while as many others stay queued, and hands in others all the time. */
export async function measureBacklog(queue: AffirmName, options: BacklogOptions): Promise<BacklogFigures> {
  const { url, depth, slots, seconds } = options;
  await onConnection(url, (client) => client.query('TRUNCATE jobs'));
  await queue.fill(depth);
  let ran = 0;
  let queued = depth;
  let fewest = depth;
  let adding: Promise<void> = Promise.resolve();
  const waiting = new Map<number, (begunAt: number) => void>();
  return onConnection(url, async (client) => {
    const topUp = async (): Promise<void> => {
      await queue.fill(TOP_UP, client);
      queued += TOP_UP;
    };
    const worker = await queue.startNumbered(slots, async (n) => {
      if (n !== undefined) return waiting.get(n)?.(performance.now());
      if (++ran % TOP_UP === 0) adding = adding.then(topUp);
      fewest = Math.min(fewest, queued - ran);
    });
    let numbers = 0;
    const pickUp = async (caller: string, priority: number): Promise<number> => {
      const n = numbers++;
      const begun = new Promise<number>((resolve) => waiting.set(n, resolve));
      await queue.addNumbered(n, { caller, priority });
      const committed = performance.now();
      const begunAt = await begun;
      waiting.delete(n);
      return Math.max(0, begunAt - committed);
    };
    const until = performance.now() + seconds * 1000;
    const pickUps = async (priority: number): Promise<number[]> => {
      const times: number[] = [];
      for (; performance.now() < until; await delay(Math.random() * LONGEST_PAUSE_MS)) {
        times.push(await pickUp(randomUUID(), priority));
      }
      return times;
    };
    const began = { at: performance.now(), ran };
    const newcomers = Promise.all(Array.from({ length: NEWCOMERS }, () => pickUps(0)));
    const urgent = await pickUps(1);
    const jobsPerSecond = ((ran - began.ran) / (performance.now() - began.at)) * 1000;
    const figures = { urgent, newcomers: (await newcomers).flat() };
    await worker.stop();
    await adding;
    return { jobsPerSecond, fewest, ...figures };
  });
}
