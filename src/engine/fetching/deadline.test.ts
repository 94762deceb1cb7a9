import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeadline } from './deadline.ts';

test('what failed after its time was up is told to nobody', async (t) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.after(() => process.off('unhandledRejection', note));
  const caller = new AbortController();
  const deadline = createDeadline(caller.signal);
  caller.abort(new Error('the caller left'));
  const work = Promise.withResolvers<never>();
  await assert.rejects(deadline.race(work.promise), { message: 'the caller left' });
  work.reject(new Error('closed too early'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, []);
});

test('a limit ends the wait with its code; work that comes first is the answer', async () => {
  const deadline = createDeadline(new AbortController().signal);
  assert.equal(await deadline.race(Promise.resolve('done')), 'done');
  deadline.set(1);
  await assert.rejects(deadline.race(new Promise(() => undefined)), { code: 'url_timeout' });
  deadline.clear();
});
