import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReadModel } from '#products/names/read-model/read-model.ts';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { type FlatRow, loadRows, publishAgain, setDeleted } from '#test/support/names-data.ts';
import { loadSample } from '#test/support/names-sample.ts';

const READERS = 50;
const SWITCHES = 20;
const NAMES = 700;

/** Every count of an edition tells which edition it is of. */
function edition(unit: number): FlatRow[] {
  return [1990, 1991, 1992].flatMap((year) =>
    (['F', 'M'] as const).flatMap((gender) =>
      Array.from({ length: NAMES }, (_, at) => {
        return { area: null, gender, year, published: `Name${at}`, count: unit * (1 + (at % 40)) };
      }),
    ),
  );
}

const UNITS = [7, 1000];

const db = await testDatabase();
const older = await loadRows(db.pool, 'US', edition(7));
const newer = await loadRows(db.pool, 'US', edition(1000));
const small = await openAnswers(db.pool, { cacheBytes: 10_000 });
const large = await openAnswers(db.pool);

/** The edition that all these counts are of. */
function unitOf(counts: readonly number[]): number {
  const [unit] = UNITS.filter((each) => counts.every((count) => count % each === 0));
  assert.ok(unit, 'counts of two editions in one answer');
  return unit;
}

test('readers never see two editions in one answer, and a walk ends with the edition it began with', async () => {
  let isSwitching = true;
  const seen = new Map<number, number>();
  let expired = 0;
  let walks = 0;

  async function switchEditions(): Promise<void> {
    for (let turn = 0; turn < SWITCHES; turn++) {
      if (turn % 4 === 0) await setDeleted(db.pool, newer, true);
      else if (turn % 4 === 1) await setDeleted(db.pool, newer, false);
      else await publishAgain(db.pool, turn % 4 === 2 ? older : newer);
    }
    isSwitching = false;
  }

  async function read(reader: number): Promise<void> {
    const { ask } = reader % 2 === 0 ? small : large;
    for (let round = 0; isSwitching || round < 2; round++) {
      if ((reader + round) % 3 === 0) await readTrend(ask);
      else await walkList(ask, reader % 3 === 1 ? { year: 1991 } : { year_from: 1990, gender: 'F' });
    }
  }

  async function readTrend(ask: typeof small.ask): Promise<void> {
    const { body } = await ask('/v1/names/Name3/trend', { country: ['US'] });
    const points: { count: number }[] = body.data.series.flatMap(
      ({ points: all }: { points: { count: number }[] }) => all,
    );
    assert.equal(points.length, 6);
    note(unitOf(points.map(({ count }) => count)));
  }

  async function walkList(ask: typeof small.ask, question: object): Promise<void> {
    const counts: number[] = [];
    let cursor: string | undefined;
    do {
      const { status, body } = await ask('/v1/names', { country: ['US'], limit: 300, ...question, cursor });
      if (status === 410) {
        assert.equal(body.error.code, 'cursor_expired');
        expired++;
        return;
      }
      assert.equal(status, 200);
      counts.push(...body.data.map(({ count }: { count: number }) => count));
      cursor = body.meta.next_cursor ?? undefined;
    } while (cursor !== undefined);
    walks++;
    assert.equal(counts.length, 'year' in question ? 2 * NAMES : NAMES);
    note(unitOf(counts));
  }

  function note(unit: number): void {
    seen.set(unit, (seen.get(unit) ?? 0) + 1);
  }

  await Promise.all([switchEditions(), ...Array.from({ length: READERS }, (_, reader) => read(reader))]);
  assert.deepEqual(new Set(seen.keys()), new Set(UNITS), 'both editions were read');
  assert.ok(walks > READERS, `${walks} walks came to their end, ${expired} expired`);
});

test('a snapshot is never older than its call', async () => {
  const model = createReadModel({ pool: db.pool, cacheBytes: 1 << 20 });
  const versionNow = async (): Promise<number> =>
    (await model.snapshot()).countries.find(({ code }) => code === 'US')?.version ?? 0;
  let version = await versionNow();
  for (let turn = 0; turn < 15; turn++) {
    // Questions that are on their way already must not answer for the ones that come after the change.
    const before = Array.from({ length: 10 }, versionNow);
    await publishAgain(db.pool, turn % 2 === 0 ? older : newer);
    version++;
    const after = await Promise.all(Array.from({ length: 10 }, versionNow));
    assert.deepEqual(new Set(after), new Set([version]));
    for (const each of await Promise.all(before)) assert.ok(each === version || each === version - 1);
  }
});

test('a cursor of a version that this process never had is gone once the numbers differ', async () => {
  const question = { country: ['US'], year: 1991, limit: 100 };
  await publishAgain(db.pool, older);
  const { body } = await large.ask('/v1/names', question);
  const cursor = body.meta.next_cursor;
  const fresh = await openAnswers(db.pool);
  assert.equal((await fresh.ask('/v1/names', { ...question, cursor })).status, 200, 'the same slices');
  await publishAgain(db.pool, newer);
  const { status, body: refused } = await (
    await openAnswers(db.pool)
  ).ask('/v1/names', { ...question, cursor });
  assert.deepEqual([status, refused.error.code], [410, 'cursor_expired']);
  const next = await large.ask('/v1/names', { ...question, cursor });
  assert.equal(unitOf(next.body.data.map(({ count }: { count: number }) => count)), 7);
  const other = await large.ask('/v1/names', { ...question, year: 1990, cursor });
  assert.deepEqual([other.status, other.body.error.code], [400, 'invalid_cursor']);
});

test('a cache with room for a slice or two gives the answers of a large one', async () => {
  await loadSample(db.pool, 5);
  for (const question of [
    { per_year: true, sort: 'name', limit: 1000 },
    { year_from: 1990, gender: 'all', prefix: 'a' },
    { country: ['GB', 'ZZ'], per_year: true, offset: 900, limit: 1000 },
    { country: ['US'], year: 2015, offset: 1000, limit: 480, rank_method: 'dense' },
  ]) {
    const answer = await small.ask('/v1/names', question);
    assert.equal(answer.status, 200);
    assert.equal(answer.text, (await large.ask('/v1/names', question)).text);
  }
});
