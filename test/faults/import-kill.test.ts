import { suite, test } from 'node:test';
import { runKills } from './import-kill-run.ts';
import { startApart, startTogether } from './import-scene.ts';

const KILLS = 100;
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);

suite(`${KILLS} kills while files are imported`, { concurrency: true }, () => {
  for (const [at, start] of [startTogether, startApart].entries()) {
    test(`${start.name}: every import completes, and nothing is left behind`, (t) =>
      runKills(t, { start, kills: KILLS / 2, seed: seed + at }));
  }
});
