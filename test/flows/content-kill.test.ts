import { suite, test } from 'node:test';
import { runContentKills } from '../faults/content-kill-run.ts';
import { startApart, startTogether } from '../faults/import-scene.ts';

const KILLS = 10;
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);

suite(`${KILLS} kills while users are imported`, { concurrency: true }, () => {
  for (const [at, start] of [startTogether, startApart].entries()) {
    test(`${start.name}: the same rows and the same report, and nothing is left behind`, (t) =>
      runContentKills(t, { start, kills: KILLS / 2, seed: seed + at }));
  }
});
