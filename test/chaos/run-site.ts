import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { createRandom, type Random } from '#test/support/random.ts';
import { openTestPool, until } from '../faults/jobs-support.ts';
import { type Client, createClient, type View } from './client.ts';
import { openSite, type Servers, type Site } from './cluster.ts';
import { type EndState, readEndState } from './end-state.ts';
import { startReader } from './reader.ts';
import { type Ends, runWork } from './run-work.ts';
import { settleJobs, sweep } from './settle.ts';
import type { Work } from './work.ts';

/** Retries of outages pause for up to a quarter of an hour; so long ones do not come up here. */
const ENDS_WITHIN_MS = 420_000;
const FETCHES_AT_ONCE = 6;
const EMPTIED_WITHIN_MS = 30_000;
const REPLAYED_WITHIN_MS = 60_000;

export interface SiteRun {
  readonly name: string;
  readonly seed: number;
  /** The work is sent at random moments of this time. */
  readonly forMs: number;
  /** What happens meanwhile, until it is over or told to end. */
  readonly beside?: (site: Site, ending: AbortSignal) => Promise<void>;
  readonly log: (line: string) => void;
}

/** What came of a run. */
export interface Ended {
  /** How each item ended, by its name. */
  readonly ends: Readonly<Record<string, string>>;
  /** SHA-256 and size of the result of each task, as fetched. */
  readonly results: Readonly<Record<string, object>>;
  readonly state: EndState;
  readonly queues: Readonly<Record<string, number>>;
  /** Questions about published numbers that were answered while work was done. */
  readonly reads: number;
  readonly complaints: readonly string[];
  readonly repeated: Readonly<Record<string, number>>;
}

/** One installation from its start to its end: the work, what happens beside it, and what is left. */
export async function runSite(servers: Servers, work: Work, run: SiteRun): Promise<Ended> {
  const started = performance.now();
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  const say = (what: string): void => run.log(`${seconds().padStart(7)} s  ${run.name}: ${what}`);
  const site = await openSite(servers, run.name);
  const pool = openTestPool(site.databaseUrl);
  const standby = openTestPool(site.standbyUrl);
  try {
    say('all processes run');
    const random = createRandom(run.seed + 1);
    const client = createClient({
      urls: () => site.apis.map(({ url }) => url()),
      random,
      complain: (complaint) => void site.complaints.push(complaint),
    });
    const { ends, reads } = await workOff(site, work, { ...run, client, random });
    say(`all work has ended, ${reads} questions were answered meanwhile`);
    const results = await fetchResults(client, ends);
    await settleJobs(pool);
    const queues = await emptied(site);
    say('all results are fetched, no job is left');
    await site.stop();
    await sweep(site, pool);
    await replayed(pool, standby);
    const state = await readEndState(site, pool, standby);
    // The store of the S3 server is memory.
    await site.bucket.remove();
    say('all processes have stopped, what nobody needs is removed');
    const howEnded = ({ status, error_code: code }: View): string => `${status} ${code ?? ''}`;
    return {
      ends: Object.fromEntries([...ends].map(([name, view]) => [name, howEnded(view)])),
      results,
      state,
      queues,
      reads,
      complaints: site.complaints,
      repeated: Object.fromEntries(client.repeated),
    };
  } finally {
    await Promise.all([pool.close(), standby.close()]);
    await site.stop();
  }
}

/** First what other work needs, then the work, with somebody who asks for published numbers and what happens meanwhile. */
async function workOff(
  site: Site,
  work: Work,
  { client, random, forMs, beside }: SiteRun & { readonly client: Client; readonly random: Random },
): Promise<{ ends: Ends; reads: number }> {
  const options = { client, random, endsWithinMs: ENDS_WITHIN_MS };
  await runWork({ tasks: work.base, imports: [] }, { ...options, forMs: 0 });
  const reader = await startReader(client);
  const ending = new AbortController();
  const happening = beside?.(site, ending.signal) ?? Promise.resolve();
  const ends = await runWork(work, { ...options, forMs }).catch(async (error: unknown) => {
    ending.abort();
    await happening.catch(() => undefined);
    throw error;
  });
  await happening;
  return { ends, reads: await reader.stop() };
}

async function fetchResults(client: Client, ends: Ends): Promise<Record<string, object>> {
  const results: Record<string, object> = {};
  const left = [...ends].values();
  const fetchOneByOne = async (): Promise<void> => {
    for (const [name, { status, task_id: id }] of left)
      if (status === 'COMPLETED') results[name] = await client.result(id);
  };
  await Promise.all(Array.from({ length: FETCHES_AT_ONCE }, fetchOneByOne));
  return results;
}

/** What the queues hold once all jobs have ended: nothing, after a moment. */
async function emptied(site: Site): Promise<Record<string, number>> {
  const deadline = performance.now() + EMPTIED_WITHIN_MS;
  for (;;) {
    const queues = { ...(await site.queues()) };
    const isEmpty = Object.values(queues).every((messages) => messages === 0);
    if (isEmpty || performance.now() > deadline) return queues;
    await delay(250);
  }
}

/** Until the standby has what the primary has. */
async function replayed(pool: Pool, standby: Pool): Promise<void> {
  const row = await pool.maybeOne<{ lsn: string }>('lsn', sql`SELECT pg_current_wal_lsn()::text AS lsn`);
  await until(
    'the standby has replayed all',
    async () => {
      const state = await standby.maybeOne<{ done: boolean }>(
        'replayed',
        sql`SELECT pg_last_wal_replay_lsn() >= ${row?.lsn ?? ''}::pg_lsn AS done`,
      );
      return state?.done;
    },
    REPLAYED_WITHIN_MS,
  );
}
