import { suite, test } from 'node:test';
import { runContentKills } from './content-kill-run.ts';
import { startApart, startTogether } from './import-scene.ts';

/** Both ways to run take half of them each; a hundred are ten in each phase for each way. */
const KILLS = Number(process.env['FAULT_KILLS'] ?? 100);
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);

suite(`${KILLS} kills while users are imported`, { concurrency: true }, () => {
  for (const [at, start] of [startTogether, startApart].entries()) {
    test(`${start.name}: the same rows and the same report, and nothing is left behind`, (t) =>
      runContentKills(t, { start, kills: Math.ceil(KILLS / 2), seed: seed + at }));
  }
});
