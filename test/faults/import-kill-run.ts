import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createRandom } from '#test/support/random.ts';
import { writeStatesFile } from './import-files.ts';
import { findOrphans, makeReference } from './import-checks.ts';
import { killOnce, type Phase, PHASES } from './import-kills.ts';
import type { Scene, Victim } from './import-scene.ts';

const NOTHING_LEFT = { releases: 0, pages: 0, series: 0, reports: 0, errors: 0, files: 0 };
/** Tries for each kill that has to hit something. */
const TRIES = 4;

export interface KillRun {
  readonly start: () => Promise<Scene>;
  readonly kills: number;
  readonly seed: number;
}

/** Kills at random points, the phases in turn; after each, everything is as if nothing had happened. */
export async function runKills(t: TestContext, { start, kills, seed }: KillRun): Promise<void> {
  const random = createRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'affirm-kills-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = [1, 2].map((number) => join(folder, `states-${number}.csv`));
  for (const [at, file] of files.entries()) await writeStatesFile(file, at + 1);

  const scene = await start();
  t.after(() => scene.stop());
  const references = [];
  for (const file of files) references.push(await makeReference(scene, file));
  assert.notEqual(references[0]?.published, references[1]?.published);

  const hits = new Map<Phase | Victim, number>();
  let missed = 0;
  for (let done = 0; done < kills;) {
    const phase = PHASES[done % PHASES.length] as Phase;
    const reference = references[done % references.length] as (typeof references)[number];
    const victims = scene.victims.filter((victim) => fits(phase, victim));
    const victim = random.pick(victims);
    const title = `kill ${done + 1}, ${phase}, ${victim}`;
    const hit = await killOnce(scene, { phase, victim, fraction: random.next(), reference }).catch(
      (error: Error) => {
        throw new Error(`${title} (seed ${seed}): ${error.message}`, { cause: error });
      },
    );
    if (hit) {
      done++;
      hits.set(phase, (hits.get(phase) ?? 0) + 1);
      hits.set(victim, (hits.get(victim) ?? 0) + 1);
    } else assert.ok(++missed < kills * TRIES, `too many kills hit nothing, the last: ${title}`);
  }
  t.diagnostic(
    `${scene.name}, seed ${seed}: ${JSON.stringify(Object.fromEntries(hits))}, ${missed} hit nothing`,
  );
  const atLeast = Math.floor(kills / PHASES.length);
  for (const phase of PHASES) assert.ok((hits.get(phase) ?? 0) >= atLeast, `${phase}: too few kills`);
  assert.deepEqual(await findOrphans(scene), NOTHING_LEFT);
}

/** Whom a phase has at work. */
function fits(phase: Phase, victim: Victim): boolean {
  if (phase === 'receiving') return victim !== 'backend';
  return victim !== 'api';
}
