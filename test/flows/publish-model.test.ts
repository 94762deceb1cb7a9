import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sql } from '#platform/postgres/sql.ts';
import { namesScene } from './names-scene.ts';
import { createModel, type Model, type YearCounts } from './publish-model.ts';

const scene = await namesScene();
const { pool } = scene;

const NAMES = ['Mary', 'Anna', 'John'];
const YEARS = [2001, 2002, 2003];
const GENDERS = ['F', 'M'] as const;

/** Everything a reader can ask about: lists of all slices and trends of all names. */
type Answers = Readonly<Record<string, unknown>>;

function expectedAnswers(model: Model): Answers {
  const answers: Record<string, unknown> = {};
  for (const gender of GENDERS) {
    for (const year of YEARS) answers[`${year} ${gender}`] = model.list(year, gender);
    for (const name of NAMES) answers[`${name} ${gender}`] = model.trend(name, gender);
  }
  return answers;
}

/** One snapshot of the read model, asked for everything. */
async function readAnswers(): Promise<{ answers: Answers; version: number }> {
  const snapshot = await scene.model.snapshot();
  const answers: Record<string, unknown> = {};
  for (const gender of GENDERS) {
    for (const year of YEARS) answers[`${year} ${gender}`] = await scene.list(year, gender, snapshot);
    for (const name of NAMES) answers[`${name} ${gender}`] = await scene.trend(name, gender, snapshot);
  }
  const version = snapshot.countries.find(({ code }) => code === 'US')?.version ?? 0;
  return { answers, version };
}

interface Real {
  version: number;
}

/** Carries a change out while a reader asks on and on: each answer is the whole of one of the two states. */
async function whileReading(model: Model, real: Real, change: () => Promise<void>): Promise<void> {
  const before = expectedAnswers(model);
  const seen: Answers[] = [];
  let done = false;
  const reading = (async () => {
    do {
      const { answers, version } = await readAnswers();
      assert.ok(version >= real.version, `version ${version} after ${real.version}`);
      real.version = version;
      seen.push(answers);
    } while (!done);
  })();
  try {
    await change();
  } finally {
    done = true;
    await reading;
  }
  const after = expectedAnswers(model);
  const { answers, version } = await readAnswers();
  assert.deepEqual(answers, after);
  real.version = version;
  for (const one of seen) if (!isSame(one, before)) assert.deepEqual(one, after, 'neither before nor after');
}

function isSame(a: Answers, b: Answers): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

type Command = fc.AsyncCommand<Model, Real>;

class Upload implements Command {
  readonly years: YearCounts;
  readonly edition: string | undefined;
  constructor(years: YearCounts, edition: string | undefined) {
    this.years = years;
    this.edition = edition;
  }
  check = (): boolean => true;
  run(model: Model, real: Real): Promise<void> {
    return whileReading(model, real, async () => {
      const files = Object.entries(this.years).map(([year, lines]) => [
        year,
        lines.map((line) => `${line}\n`).join(''),
      ]);
      const { id, warnings } = await scene.upload(Object.fromEntries(files), this.edition);
      const waits = model.upload(id, this.years, this.edition ?? null);
      // What looks odd in numbers of chance keeps nothing from being published.
      const doubts = warnings.map(({ code }) => code).filter((code) => code !== 'gender_swapped');
      assert.deepEqual(doubts, waits);
    });
  }
  toString = (): string => `upload ${JSON.stringify(this.years)} ${this.edition ?? ''}`;
}

/** A command upon one of the datasets that are there. */
class OnDataset implements Command {
  readonly kind: 'publish' | 'delete' | 'restore' | 'reprocess';
  readonly pick: number;
  constructor(kind: OnDataset['kind'], pick: number) {
    this.kind = kind;
    this.pick = pick;
  }
  check = (model: Readonly<Model>): boolean => model.ids().length > 0;
  run(model: Model, real: Real): Promise<void> {
    const ids = model.ids();
    const id = ids[this.pick % ids.length] as string;
    return whileReading(model, real, async () => {
      const refusal = model[this.kind](id);
      if (refusal === undefined) await scene[this.kind](id);
      else await assert.rejects(scene[this.kind](id), { code: refusal });
    });
  }
  toString = (): string => `${this.kind} ${this.pick}`;
}

class Fold implements Command {
  check = (): boolean => true;
  run = (model: Model, real: Real): Promise<void> => whileReading(model, real, () => scene.folded());
  toString = (): string => 'fold';
}

class Maintain implements Command {
  readonly days: number;
  constructor(days: number) {
    this.days = days;
  }
  check = (): boolean => true;
  run(model: Model, real: Real): Promise<void> {
    return whileReading(model, real, () => this.carryOut(model));
  }
  async carryOut(model: Model): Promise<void> {
    await passTime(this.days);
    model.passTime(this.days);
    await scene.run('maintain_names');
    await scene.folded();
    model.purge();
  }
  toString = (): string => `maintain after ${this.days} days`;
}

/** As if all that ever happened had happened so many days earlier. */
async function passTime(days: number): Promise<void> {
  const interval = `${days} days`;
  await pool.transaction(async (tx) => {
    await tx.run('time', sql`UPDATE datasets SET deleted_at = deleted_at - ${interval}::interval`);
    await tx.run('time', sql`UPDATE releases SET retired_at = retired_at - ${interval}::interval`);
    await tx.run(
      'time',
      sql`UPDATE jobs SET completed_at = completed_at - ${interval}::interval WHERE completed_at IS NOT NULL`,
    );
  });
}

const lines = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...GENDERS), fc.integer({ min: 1, max: 40 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((rows) => {
    const once = new Map(rows.map(([name, gender, count]) => [`${name},${gender}`, count]));
    return [...once].map(([start, count]) => `${start},${count}`);
  });
const years = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...YEARS), lines), {
    minLength: 1,
    maxLength: 2,
    selector: ([year]) => year,
  })
  .map((entries): YearCounts => Object.fromEntries(entries));
const pick = fc.nat(20);
const upload = fc
  .tuple(years, fc.constantFrom(undefined, undefined, undefined, '2001', '2005'))
  .map(([files, edition]) => new Upload(files, edition));
const commands = [
  upload,
  upload,
  upload,
  upload,
  pick.map((n) => new OnDataset('publish', n)),
  pick.map((n) => new OnDataset('delete', n)),
  pick.map((n) => new OnDataset('restore', n)),
  pick.map((n) => new OnDataset('reprocess', n)),
  fc.constant(new Fold()),
  fc.constantFrom(1, 1, 20, 31).map((days) => new Maintain(days)),
];

/** Rows that belong to nothing any more. */
const ORPHANS = {
  pages: 'ranking_pages p WHERE NOT EXISTS (SELECT FROM releases r WHERE r.no = p.release_no)',
  series: 'name_series s WHERE NOT EXISTS (SELECT FROM releases r WHERE r.no = s.release_no)',
  errors: 'record_errors e WHERE NOT EXISTS (SELECT FROM reports r WHERE r.no = e.report_no)',
  reports: 'reports r WHERE NOT EXISTS (SELECT FROM datasets d WHERE d.report_no = r.no)',
  readings: `releases r WHERE kind = 'dataset' AND NOT EXISTS (SELECT FROM datasets d WHERE d.release_no = r.no)`,
  folds: `releases r WHERE kind = 'folded' AND NOT EXISTS (SELECT FROM slices s WHERE s.series_release_no = r.no)`,
  slices: 'slices s WHERE NOT EXISTS (SELECT FROM releases r WHERE r.no = s.release_no)',
  pointers: `slices s WHERE series_release_no IS NOT NULL
             AND NOT EXISTS (SELECT FROM name_series n WHERE n.release_no = s.series_release_no)`,
};

/** Everything goes; the next run of commands begins with an empty country. */
async function cleanUp(model: Model): Promise<void> {
  const maintain = (days: number): Promise<void> => new Maintain(days).carryOut(model);
  // The first retires folds that nobody uses, the second removes them.
  await maintain(1);
  await maintain(1);
  for (const [what, condition] of Object.entries(ORPHANS)) {
    assert.equal(await scene.countRows(condition), 0, `${what} without an owner`);
  }
  for (const id of model.ids()) {
    model.delete(id);
    await scene.delete(id);
  }
  await maintain(31);
  await maintain(1);
  for (const table of [
    'datasets',
    'releases',
    'release_slices',
    'slices',
    'ranking_pages',
    'name_series',
    'reports',
    'record_errors',
  ]) {
    assert.equal(await scene.countRows(table), 0, table);
  }
  const stored: string[] = [];
  for await (const { key } of scene.files.list('')) stored.push(key);
  assert.deepEqual(stored, []);
}

test('whatever is uploaded, published, deleted, restored, read again, folded and cleaned up: readers see what the last living publish says', async () => {
  const real: Real = { version: 0 };
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 30, size: 'max' }), async (list) => {
      const model = createModel();
      await fc.asyncModelRun(() => ({ model, real }), list);
      await cleanUp(model);
    }),
    { numRuns: 15, unbiased: true, endOnFailure: true },
  );
});
