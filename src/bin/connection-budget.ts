/** How the connections of one process are shared out. */
export interface ConnectionBudget {
  /** One of them for what is published. */
  readonly api: number;
  /** Of the worker's pool; its LISTEN comes on top. */
  readonly worker: number;
  /** Jobs at a time; fewer than asked for where there are too few connections. */
  readonly concurrency: number;
}

/** An import writes over two connections at once. */
const PER_JOB = 2;
/** For claims, heartbeats and the reaper, which must never wait for a job. */
const FOR_UPKEEP = 2;
const LISTEN = 1;
const LEAST_FOR_API = 4;

/** Shares `maxConnections` so that no job waits for a connection that another job holds. */
export function shareConnections(options: {
  readonly maxConnections: number;
  readonly concurrency: number;
  readonly withApi: boolean;
}): ConnectionBudget {
  const { maxConnections, concurrency, withApi } = options;
  if (concurrency === 0) return { api: maxConnections, worker: 0, concurrency };
  const leastForApi = withApi ? Math.min(LEAST_FOR_API, Math.max(1, Math.floor(maxConnections / 4))) : 0;
  const most = maxConnections - LISTEN - leastForApi;
  const possible = Math.max(1, Math.floor((most - FOR_UPKEEP) / PER_JOB));
  const jobs = Math.min(concurrency, possible);
  const worker = Math.min(most, jobs * PER_JOB + FOR_UPKEEP);
  return { api: withApi ? maxConnections - LISTEN - worker : 0, worker, concurrency: jobs };
}
