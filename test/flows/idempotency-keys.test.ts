import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  completeKey,
  deleteOldKeys,
  findKey,
  type HeldKey,
  holdKey,
  releaseKey,
  renewKey,
} from '#engine/idempotency/idempotency.query.ts';
import { maintainIdempotencyJob } from '#engine/idempotency/maintain-idempotency.job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobRow, startTestWorker, until } from '../faults/jobs-support.ts';

const db = await testDatabase();
const { pool } = db;

const LEASE_MS = 60_000;
const HOUR_MS = 3_600_000;
const HOLDERS = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
const MADE = '00000000-0000-4000-8000-000000000009';
const PRINT = Buffer.alloc(32, 7);

/** What can happen to a key, each by one of three requests. */
const STEPS = ['hold', 'renew', 'complete', 'release', 'lapse', 'age', 'sweep'] as const;
type Step = (typeof STEPS)[number];

/** A key as it must be; undefined: unknown. */
type Model =
  | {
      readonly status: 'receiving' | 'done';
      readonly holder: string;
      readonly isLapsed: boolean;
      readonly isOld: boolean;
    }
  | undefined;

/** What a step makes of a key, and what it must answer; null: nothing. */
function expected(model: Model, step: Step, holder: string): [next: Model, answer: boolean | null] {
  const isMine = model?.status === 'receiving' && model.holder === holder;
  switch (step) {
    case 'hold': {
      const isFree = model === undefined || (model.status === 'receiving' && model.isLapsed);
      return isFree ? [{ status: 'receiving', holder, isLapsed: false, isOld: false }, true] : [model, false];
    }
    case 'renew':
      return [isMine ? { ...model, isLapsed: false } : model, null];
    case 'complete':
      return isMine ? [{ ...model, status: 'done', isLapsed: true, isOld: false }, true] : [model, false];
    case 'release':
      return [isMine ? undefined : model, null];
    case 'lapse':
      return [model && { ...model, isLapsed: true }, null];
    case 'age':
      return [model && { ...model, isLapsed: true, isOld: true }, null];
    case 'sweep':
      return [model?.isOld && model.isLapsed ? undefined : model, null];
  }
}

async function take(step: Step, held: HeldKey): Promise<boolean | null> {
  switch (step) {
    case 'hold':
      return holdKey(pool, held, LEASE_MS);
    case 'renew':
      await renewKey(pool, held, LEASE_MS);
      return null;
    case 'complete':
      return pool.transaction((tx) => completeKey(tx, held, { fingerprint: PRINT, resourceId: MADE }));
    case 'release':
      await releaseKey(pool, held);
      return null;
    case 'sweep':
      await deleteOldKeys(pool, HOUR_MS, 100);
      return null;
    default:
      await letTimePass(held.key, step === 'age');
      return null;
  }
}

/** The lease ends; `whole`: and everything about the key lies two hours back. */
async function letTimePass(key: string, whole: boolean): Promise<void> {
  const text = whole
    ? `UPDATE idempotency_keys SET created_at = created_at - interval '2 hours',
         lease_expires_at = clock_timestamp() - interval '2 hours' WHERE key = $1`
    : `UPDATE idempotency_keys SET lease_expires_at = least(lease_expires_at, clock_timestamp()) WHERE key = $1`;
  await pool.run('let time pass', { text, values: [key] });
}

test('a key is held by one request at a time, done once, and forgotten only when it is old', async () => {
  const anyStep = fc.tuple(fc.constantFrom(...STEPS), fc.constantFrom(...HOLDERS));
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 14 }), async (steps) => {
      const scope = { caller: 'anonymous', route: 'POST /v1/things', key: `run ${run++}` };
      let model: Model;
      for (const [step, holder] of steps) {
        const [next, answer] = expected(model, step, holder);
        assert.equal(await take(step, { ...scope, holder }), answer, step);
        model = next;
        const known = await findKey(pool, scope);
        const made = model?.status === 'done' ? { fingerprint: PRINT, resource_id: MADE } : NOTHING;
        assert.deepEqual(known, model && { status: model.status, ...made }, step);
      }
    }),
    { numRuns: 60 },
  );
});

const NOTHING = { fingerprint: null, resource_id: null };

test('the same text of another caller or route is another key', async () => {
  const [holder = ''] = HOLDERS;
  const key = { caller: 'anonymous', route: 'POST /v1/things', key: 'shared', holder };
  for (const other of [key, { ...key, caller: 'someone' }, { ...key, route: 'POST /v1/others' }]) {
    assert.equal(await holdKey(pool, other, LEASE_MS), true);
    assert.equal(await holdKey(pool, other, LEASE_MS), false);
  }
});

test('a taker waits for the transaction that completes the key, and finds it done', async () => {
  const [first = '', second = ''] = HOLDERS;
  const key = { caller: 'anonymous', route: 'POST /v1/things', key: 'contended', holder: first };
  await holdKey(pool, key, LEASE_MS);
  await letTimePass('contended', false);
  const taken = await pool.transaction(async (tx) => {
    assert.equal(await completeKey(tx, key, { fingerprint: PRINT, resourceId: MADE }), true);
    const taking = holdKey(pool, { ...key, holder: second }, LEASE_MS);
    await untilSomebodyWaits();
    return { taking };
  });
  assert.equal(await taken.taking, false);
  assert.equal((await findKey(pool, key))?.status, 'done');
});

async function untilSomebodyWaits(): Promise<void> {
  const deadline = performance.now() + 60_000;
  const text = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  while ((await pool.run('find waiting', { text, values: [] })) === 0) {
    assert.ok(performance.now() < deadline, 'nobody waits for the key');
  }
}

test('maintenance forgets keys after their time and no others', async (t) => {
  const [holder = ''] = HOLDERS;
  const keys = ['old and done', 'old and left', 'new and done', 'old and long in coming'].map((key) => ({
    caller: 'anonymous',
    route: 'POST /v1/kept',
    key,
    holder,
  }));
  for (const key of keys) {
    await holdKey(pool, key, LEASE_MS);
    if (key.key.endsWith('done')) await completeKey(pool, key, { fingerprint: PRINT, resourceId: MADE });
    if (key.key.startsWith('old')) await letTimePass(key.key, true);
    if (key.key.endsWith('coming')) await renewKey(pool, key, LEASE_MS);
  }
  const worker = await startTestWorker(db, [maintainIdempotencyJob(pool, HOUR_MS)]);
  t.after(() => worker.stop());
  const id = await enqueueJob(pool, { type: 'maintain_idempotency', payload: {}, createdBy: null });
  await until('the job ends', async () => (await jobRow(pool, id)).status === 'completed');
  const known = await Promise.all(keys.map((key) => findKey(pool, key)));
  assert.deepEqual(
    known.map((key) => key?.status),
    [undefined, undefined, 'done', 'receiving'],
  );
});
