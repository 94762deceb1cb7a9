import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '#test/support/random.ts';
import type { Site } from './cluster.ts';
import { type Fault, FAULTS } from './faults.ts';

const LOOK_EVERY_MS = 100;

export interface Disturbance {
  /** When the first fault may come to when the last one may. */
  readonly forMs: number;
  /** How often each kind of fault comes. */
  readonly rounds: number;
  readonly random: Random;
  /** What is hit is mended, and nothing else is hit. */
  readonly ending: AbortSignal;
  readonly log: (line: string) => void;
}

/** What happened: how many faults of each kind. */
export type Disturbed = ReadonlyMap<string, number>;

/** Lets everything go wrong at random moments, each kind as often as the others; resolves when all is up again. */
export async function disturb(site: Site, options: Disturbance): Promise<Disturbed> {
  const { forMs, rounds, random, ending, log } = options;
  const started = performance.now();
  const sinceStart = (): number => performance.now() - started;
  const plan = Array.from({ length: rounds }, () => shuffled(FAULTS, random)).flat();
  const busy = new Set<string>();
  const done = new Map<string, number>(FAULTS.map(({ kind }) => [kind, 0]));

  /** A target that no other fault has; waits for one. */
  async function hit(fault: Fault): Promise<void> {
    while (!ending.aborted) {
      const free = fault.targets(site).filter((target) => !busy.has(target));
      if (free.length > 0 && (await strike(fault, random.pick(free)))) return;
      await delay(LOOK_EVERY_MS);
    }
  }

  async function strike(fault: Fault, target: string): Promise<boolean> {
    busy.add(target);
    const at = sinceStart();
    try {
      const hit = await fault.strike(site, target, random);
      if (hit === undefined) return false;
      done.set(fault.kind, 1 + (done.get(fault.kind) ?? 0));
      const lasted = ((sinceStart() - at) / 1000).toFixed(1);
      log(`${(at / 1000).toFixed(1).padStart(7)} s  ${fault.kind.padEnd(24)} ${target}, ${lasted} s  ${hit}`);
      return true;
    } finally {
      busy.delete(target);
    }
  }

  const hits: Promise<void>[] = [];
  for (const [at, fault] of plan.entries()) {
    const due = ((at + random.next()) / plan.length) * forMs;
    await delay(Math.max(0, due - sinceStart()), undefined, { signal: ending }).catch(() => undefined);
    hits.push(hit(fault));
  }
  await Promise.all(hits);
  return done;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
