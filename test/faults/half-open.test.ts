import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { pipeline } from 'node:stream/promises';
import { Type } from 'typebox';
import { defineJob } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { listenOnPostgres } from '#engine/jobs/wake-up/postgres.ts';
import { isOutage } from '#platform/http/outage.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobReaches, openTestPool, silent, startTestWorker, until } from './jobs-support.ts';
import { type Wire, wireTo } from './wire.ts';

const SILENCE_MS = 1_000;
/** Silence, a quarter of it until it is looked at, two questions, and what a busy machine adds. */
const NOTICED_WITHIN_MS = 20_000;

interface Scene {
  /** The database without the wire. */
  readonly db: Pool;
  readonly url: string;
  readonly wire: Wire;
  /** Leads through the wire. */
  readonly pool: Pool;
}

async function sceneOf(t: TestContext): Promise<Scene> {
  const { pool: db, url } = await testDatabase(t);
  const wire = await wireTo(t, url);
  const pool = openTestPool(wire.url, { silenceMs: SILENCE_MS });
  t.after(() => pool.close());
  return { db, url, wire, pool };
}

/** That it fails as an outage, and when. */
async function failsSoon(work: Promise<unknown>): Promise<void> {
  const started = performance.now();
  await assert.rejects(work, isOutage);
  const tookMs = performance.now() - started;
  assert.ok(tookMs < NOTICED_WITHIN_MS, `noticed after ${tookMs} ms`);
}

const ONE = sql`SELECT 1`;
const LARGE_ROWS = sql`COPY (SELECT repeat('x', 1000) FROM generate_series(1, 20000)) TO STDOUT`;

suite(
  'connections to PostgreSQL that nobody closes, and that carry nothing any more',
  { concurrency: true },
  () => {
    test('a statement over one fails soon, idle ones are replaced, and the next passes', async (t) => {
      const { wire, pool } = await sceneOf(t);
      await Promise.all(Array.from({ length: 4 }, () => pool.run('rest', sql`SELECT pg_sleep(0.1)`)));
      wire.deaden();
      assert.equal(wire.deadOnes(), 4);
      await failsSoon(pool.run('lost', ONE));
      await until('all closed', () => wire.deadOnes() === 0);
      assert.equal(await pool.run('new', ONE), 1);
    });

    test('a transaction in its middle fails, and the server lets go of what it has locked', async (t) => {
      const { db, wire, pool } = await sceneOf(t);
      await db.run('table', sql`CREATE TABLE held (id int PRIMARY KEY)`);
      const work = pool.transaction(async (tx) => {
        await tx.run('lock', sql`INSERT INTO held VALUES (1)`);
        wire.deaden();
        await tx.run('more', sql`INSERT INTO held VALUES (2)`);
      });
      await failsSoon(work);
      const again = sql`INSERT INTO held VALUES (1)`;
      await until('not locked', () => db.run('again', again).then(() => true), NOTICED_WITHIN_MS);
    });

    test('rows on their way in, and out, end in the same way', async (t) => {
      const { db, wire, pool } = await sceneOf(t);
      await db.run('table', sql`CREATE TABLE rows (n int)`);
      const into = pool.session(async (session) => {
        await pipeline(
          (function* () {
            for (let at = 0; at < 1000; at++) {
              if (at === 500) wire.deaden();
              yield `${at}\n`.repeat(1000);
            }
          })(),
          session.copyIn('COPY rows FROM STDIN'),
        );
      });
      await failsSoon(into);
      const out = pool.session(async (session) => {
        for await (const _bytes of session.copyOut(LARGE_ROWS)) {
          wire.deaden();
        }
      });
      await failsSoon(out);
    });

    test('when the server cannot be asked either, they fail all the same', async (t) => {
      const { wire, pool } = await sceneOf(t);
      await pool.run('first', ONE);
      wire.deaden({ newOnesToo: true });
      await failsSoon(pool.run('lost', ONE));
      wire.mend();
      assert.equal(await pool.run('new', ONE), 1);
    });

    test('what only takes long is left alone: a statement, a writer and a reader that pause', async (t) => {
      const { pool } = await sceneOf(t);
      const pause = sql`SELECT pg_sleep(${(6 * SILENCE_MS) / 1000})`;
      const slowly = async function* (): AsyncGenerator<string> {
        yield '1\n';
        await pool.run('pause', pause);
        yield '2\n';
      };
      await Promise.all([
        pool.run('long', pause),
        pool.transaction(async (tx) => {
          await tx.run('table', sql`CREATE TEMPORARY TABLE rows (n int)`);
          await pipeline(slowly(), tx.copyIn('COPY rows FROM STDIN'));
          assert.equal(await tx.run('rows', sql`SELECT FROM rows`), 2);
        }),
        pool.session(async (session) => {
          let bytes = 0;
          for await (const piece of session.copyOut(LARGE_ROWS)) {
            if (bytes === 0) await pool.run('pause', pause);
            bytes += (piece as Buffer).length;
          }
          assert.equal(bytes, 20_000 * 1001);
        }),
      ]);
    });

    test('a worker goes on over new connections: its job ends once, and no attempt is burnt', async (t) => {
      const { db, wire, pool } = await sceneOf(t);
      const begun = Promise.withResolvers<void>();
      const talk = defineJob({
        type: 'talk',
        payload: Type.Object({}),
        async run(_payload, context) {
          begun.resolve();
          await context.session(async (session) => {
            const rounds = context.leaseToken > 1 ? 1 : 1_000_000;
            for (let at = 0; at < rounds; at++) await session.run('talk', sql`SELECT pg_sleep(0.01)`);
          });
        },
      });
      // The lease is long enough to be kept until it is noticed.
      const worker = await startTestWorker({ url: wire.url, pool }, [talk], { leaseMs: 30_000 });
      t.after(() => worker.stop());
      const jobId = await enqueueJob(db, { type: 'talk', payload: {}, createdBy: null });
      await begun.promise;
      wire.deaden();
      const { attempts, lost_leases, outages } = await jobReaches(
        db,
        jobId,
        'completed',
        2 * NOTICED_WITHIN_MS,
      );
      assert.deepEqual({ attempts, lost_leases, outages }, { attempts: 1, lost_leases: 0, outages: 1 });
      assert.ok(worker.idleMs() < NOTICED_WITHIN_MS, 'it asks for jobs');
    });

    test('LISTEN hears again', async (t) => {
      const { db, wire } = await sceneOf(t);
      let heard = 0;
      const wakeUp = listenOnPostgres(wire.url, () => heard++, silent, 500);
      t.after(() => wakeUp.stop());
      await wakeUp.ready;
      wire.deaden();
      assert.equal(wire.deadOnes(), 1);
      await until('closed', () => wire.deadOnes() === 0, NOTICED_WITHIN_MS);
      const before = heard;
      await until('listens', () => heard > before);
      await db.run('notify', sql`SELECT pg_notify('jobs', 'queued')`);
      await until('hears', () => heard > before + 1);
    });
  },
);
