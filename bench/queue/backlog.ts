import { setTimeout as delay } from 'node:timers/promises';
import { onConnection } from '../support/connection.ts';
import type { AffirmName } from './affirm-name.ts';

export interface BacklogFigures {
  readonly jobsPerSecond: number;
  /** From the commit of a job that goes first to its start, in milliseconds; sorted. */
  readonly pickUps: readonly number[];
}

const URGENT_EVERY_MS = 15;
const TOP_UP = 50;

/** Works off jobs for so long while as many others stay queued, and hands in one now and then that goes first. */
export async function measureBacklog(
  queue: AffirmName,
  options: { readonly url: string; readonly depth: number; readonly slots: number; readonly seconds: number },
): Promise<BacklogFigures> {
  const { url, depth, slots, seconds } = options;
  await onConnection(url, (client) => client.query('TRUNCATE jobs'));
  await queue.fill(depth);
  let ran = 0;
  let adding: Promise<void> = Promise.resolve();
  const waiting = new Map<number, (begunAt: number) => void>();
  return onConnection(url, async (client) => {
    const worker = await queue.startNumbered(slots, async (n) => {
      if (n !== undefined) return waiting.get(n)?.(performance.now());
      if (++ran % TOP_UP === 0) adding = adding.then(() => queue.fill(TOP_UP, client));
    });
    const began = { at: performance.now(), ran };
    const pickUps: number[] = [];
    for (let n = 0; performance.now() < began.at + seconds * 1000; n++) {
      await delay(URGENT_EVERY_MS);
      const begun = new Promise<number>((resolve) => waiting.set(n, resolve));
      await queue.addUrgent(n);
      const committed = performance.now();
      pickUps.push(Math.max(0, (await begun) - committed));
    }
    const jobsPerSecond = ((ran - began.ran) / (performance.now() - began.at)) * 1000;
    await worker.stop();
    await adding;
    return { jobsPerSecond, pickUps: pickUps.sort((a, b) => a - b) };
  });
}
