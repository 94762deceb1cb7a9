import { appendFileSync, readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A thread for tests of its supervisor: each start takes the next of `acts`, and notes in `file` that it ran.
 * crash: throws; hang: never gives way again; idle: lives, but does nothing; well: does what it should.
 */
const { file, acts } = workerData as { file: string; acts: readonly string[] };
appendFileSync(file, '.');
const act = acts[Math.min(acts.length, readFileSync(file, 'utf8').length) - 1];

const idleSince = Date.now();
const tell = (): void =>
  parentPort?.postMessage({ kind: 'alive', workedAt: act === 'idle' ? idleSince : Date.now() });
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
parentPort?.once('message', () => {
  if (act !== 'stubborn') process.exit(0);
});
