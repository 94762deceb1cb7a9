import { appendFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { withDuckDb } from '#platform/duckdb/database.ts';
import { rawSql } from '#platform/postgres/sql.ts';

/**
 * A thread for tests of its supervisor: each start takes the next of `acts`, and notes in `file` that it ran.
 * crash: throws; hang: never gives way again; idle: lives, but does nothing; query: as idle, while DuckDB works for it
 * until it is told to abort; stubborn: does not end when told to; well: does what it should.
 */
const { file, acts } = workerData as { file: string; acts: readonly string[] };
appendFileSync(file, '.');
const act = acts[Math.min(acts.length, readFileSync(file, 'utf8').length) - 1];

const idleSince = performance.now();
const isIdle = act === 'idle' || act === 'query';
const tell = (): void =>
  parentPort?.postMessage({ kind: 'alive', idleMs: isIdle ? performance.now() - idleSince : 0 });
tell();
setInterval(tell, 10);
if (act === 'crash')
  setTimeout(() => {
    throw new Error('the thread crashed');
  }, 20);
if (act === 'hang')
  setTimeout(() => {
    for (;;);
  }, 20);
const aborting = new AbortController();
const work = act === 'query' ? longQuery(aborting.signal).catch(() => undefined) : Promise.resolve();
parentPort?.on('message', (message: 'stop' | 'abort') => {
  if (act === 'stubborn') return;
  if (message === 'abort') {
    aborting.abort();
    void work.then(() => process.exit(1));
  } else if (act !== 'query') process.exit(0);
});

/** Far more work than any test waits for. */
function longQuery(signal: AbortSignal): Promise<void> {
  const statement = rawSql('SELECT sum(hash(a.range * b.range)) FROM range(1000000) a, range(9000) b');
  return withDuckDb({ scratchDir: tmpdir(), signal }, (db) => db.run(statement));
}
