import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { createLogger } from '#platform/observability/log.ts';
import { until } from '#test/support/server.ts';
import { type SupervisedThread, superviseThread } from './supervise-thread.ts';

const THREAD = new URL('../../test/support/thread.ts', import.meta.url);

/** Longer than a thread that starts, or works, has to wait for a busy processor. */
const STALL_MS = 4000;

suite('a thread under supervision', { concurrency: true }, () => {
  for (const act of ['crash', 'hang', 'idle']) {
    test(`a thread that ends in "${act}" is replaced, and what it held is freed first`, async (t) => {
      const { thread, starts, freed } = supervise(t, [act, 'well']);
      await until(async () => starts() === 2 && thread.isAlive(), 'another thread runs');
      assert.equal(freed(), 1);
      await thread.stop();
      assert.equal(starts(), 2);
      assert.equal(thread.isAlive(), false);
    });
  }

  test('one for which native code works is replaced, and the process lives on', async (t) => {
    // Ended by force in the middle of a statement, it would take this process with it, exit code 134.
    const { thread, starts } = supervise(t, ['query', 'well'], 20_000);
    await until(async () => starts() === 2 && thread.isAlive(), 'another thread runs');
    await thread.stop();
  });

  test('a stop does not wait for what native code works on', async (t) => {
    const { thread, starts } = supervise(t, ['query'], 20_000);
    await until(async () => thread.isAlive(), 'it runs');
    await thread.stop();
    assert.equal(starts(), 1);
  });

  test('a thread that does its work is left alone', async (t) => {
    const { thread, starts, freed } = supervise(t, ['well']);
    await until(async () => thread.isAlive(), 'it runs');
    const since = performance.now();
    await until(async () => performance.now() - since > 2 * STALL_MS, 'twice the limit has passed');
    assert.deepEqual([starts(), freed(), thread.isAlive()], [1, 0, true]);
    await thread.stop();
  });

  test('a thread that does not end in time is ended', async (t) => {
    const { thread, starts } = supervise(t, ['stubborn']);
    await until(async () => thread.isAlive(), 'it runs');
    await thread.stop();
    assert.equal(starts(), 1);
  });
});

function supervise(
  t: TestContext,
  acts: readonly string[],
  abortWithinMs = 300,
): { thread: SupervisedThread; starts: () => number; freed: () => number } {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-thread-'));
  const file = join(folder, 'starts');
  writeFileSync(file, '');
  let freed = 0;
  const thread = superviseThread({
    entry: THREAD,
    data: { file, acts },
    stallMs: STALL_MS,
    stopWithinMs: 300,
    abortWithinMs,
    onLost: async () => {
      freed += 1;
    },
    log: createLogger({ level: 'silent', format: 'json' }),
  });
  t.after(async () => {
    await thread.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { thread, starts: () => readFileSync(file, 'utf8').length, freed: () => freed };
}
