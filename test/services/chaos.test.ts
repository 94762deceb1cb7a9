import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PREFIX } from '#test/support/postgres-server.ts';
import { WITHOUT_RABBITMQ } from '#test/support/rabbitmq-server.ts';
import { withoutRadosgw } from '#test/support/radosgw-server.ts';
import { createRandom } from '#test/support/random.ts';
import { type Servers, startServers } from '../chaos/cluster.ts';
import { disturb } from '../chaos/disturber.ts';
import { FAULTS } from '../chaos/faults.ts';
import { type Ended, runSite } from '../chaos/run-site.ts';
import { planWork, type Work } from '../chaos/work.ts';

/** `npm run test:chaos` takes ten. */
const MINUTES = Number(process.env['CHAOS_MINUTES'] ?? 1);
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
const isLong = MINUTES >= 5;
const FOR_MS = MINUTES * 60_000;
/** How often each kind of fault comes: one fault each 5 s, or each 9 s in the long form. */
const ROUNDS = isLong ? Math.floor(MINUTES / 2) : 1;

describe(
  `${MINUTES} minutes in which everything is killed`,
  { skip: WITHOUT_RABBITMQ ?? withoutRadosgw() ?? false },
  () => {
    const folder = mkdtempSync(join(tmpdir(), PREFIX));
    const log = (line: string): void => console.log(line);
    let work: Work;
    let servers: Servers;
    let quiet: Ended;
    before(async () => {
      work = planWork(folder, isLong ? 6 : 1);
      servers = await startServers();
      quiet = await runSite(servers, work, { name: 'quiet', seed, forMs: 0, log });
    });
    after(async () => {
      await servers?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('every task and every import ends as in a quiet run, once, and nothing else is left', async (t) => {
      const random = createRandom(seed);
      log(`seed ${seed}`);
      let faults: ReadonlyMap<string, number> = new Map();
      const stormy = await runSite(servers, work, {
        name: 'stormy',
        seed,
        log,
        // What is sent last still meets some of the faults.
        forMs: FOR_MS * (isLong ? 0.8 : 0.6),
        beside: async (site, ending) => {
          faults = await disturb(site, { forMs: FOR_MS, rounds: ROUNDS, random, ending, log });
        },
      });
      t.diagnostic(`seed ${seed}, repeated requests: ${JSON.stringify(stormy.repeated)}`);
      t.diagnostic(JSON.stringify(Object.fromEntries(faults)));
      for (const { kind } of FAULTS) assert.ok((faults.get(kind) ?? 0) >= ROUNDS, kind);
      assert.deepEqual(stormy.complaints, []);
      assert.deepEqual(stormy.ends, quiet.ends);
      assert.deepEqual(stormy.results, quiet.results);
      assert.deepEqual(stormy.state, quiet.state);
      assert.ok(stormy.reads > 0, 'questions are answered all the time');
      assert.deepEqual(stormy.queues, quiet.queues);
    });

    test('the quiet run itself left nothing behind, and did what it should', () => {
      assert.deepEqual(quiet.complaints, []);
      const { state, queues } = quiet;
      assert.deepEqual(state.leftovers, []);
      assert.equal(state.publishedByStandby, state.published);
      assert.deepEqual(state.rows['failed jobs of the system'], []);
      assert.deepEqual(state.rows['tasks whose counts do not add up'], []);
      assert.equal(state.rows['tasks']?.length, work.tasks.length);
      assert.equal(work.tasks.length, 200);
      assert.equal(work.imports.flat().length, 20);
      assert.deepEqual(queues, { 'affirm-name.jobs': 0, 'affirm-name.jobs.dead': 0 });
    });
  },
);
