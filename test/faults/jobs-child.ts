import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startTestWorker, openTestPool } from './jobs-support.ts';
import { copyJob, countJob } from './jobs-definitions.ts';

/** Runs a worker until it is killed; says where its job is, and goes on when told. */
const [url = '', options = '{}'] = process.argv.slice(2);
const input = createInterface({ input: process.stdin });

let reached = false;
const pool = openTestPool(url);
const worker = await startTestWorker(
  { url, pool },
  [
    copyJob(pool, async (place) => {
      reached = true;
      process.stdout.write(`at ${place}\n`);
      await once(input, 'line');
    }),
    countJob(pool, () => undefined),
  ],
  JSON.parse(options) as object,
);
process.stdout.write('ready\n');
while (!reached || worker.running().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
process.stdout.write('idle\n');
