import { suite, test } from 'node:test';
import { runExportKills } from './export-kill-run.ts';
import { startApart, startTogether } from './import-scene.ts';

/** Both ways to run take half of them each. */
const KILLS = Number(process.env['FAULT_KILLS'] ?? 40);
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);

suite(`${KILLS} kills while users are exported into files`, { concurrency: true }, () => {
  for (const [at, start] of [startTogether, startApart].entries()) {
    test(`${start.name}: the file of a quiet export, and no other is left`, (t) =>
      runExportKills(t, { start, kills: Math.ceil(KILLS / 2), seed: seed + at }));
  }
});
