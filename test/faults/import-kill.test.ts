import { suite, test } from 'node:test';
import { runKills } from './import-kill-run.ts';
import { startApart, startTogether } from './import-scene.ts';

/** Both ways to run take half of them each; a hundred are ten in each phase for each way. */
const KILLS = Number(process.env['FAULT_KILLS'] ?? 100);
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);

suite(`${KILLS} kills while files are imported`, { concurrency: true }, () => {
  for (const [at, start] of [startTogether, startApart].entries()) {
    test(`${start.name}: every import completes, and nothing is left behind`, (t) =>
      runKills(t, { start, kills: Math.ceil(KILLS / 2), seed: seed + at }));
  }
});
