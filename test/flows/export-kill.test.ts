import { test } from 'node:test';
import { runExportKills } from '../faults/export-kill-run.ts';
import { startTogether } from '../faults/import-scene.ts';

const KILLS = 3;
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);

test(`${KILLS} kills while users are exported: the file of a quiet export, and no other is left`, (t) =>
  runExportKills(t, { start: startTogether, kills: KILLS, seed }));
