import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runOver } from '#test/support/operation-run.ts';
import { sample } from './sample.ts';

const lines = Array.from({ length: 200 }, (_, at) => `${String(at).padStart(3, '0')},"x ${at}"\r\n`);
const content = `id,x\r\n${lines.join('')}`;

async function taken(options: object): Promise<string[]> {
  const { bytes, report } = await runOver(sample, { ...options }, { content });
  const [header, ...rest] = bytes.toString().split(/(?<=\n)/);
  assert.equal(header, 'id,x\r\n');
  assert.deepEqual(report.skippedByReason, rest.length === 200 ? {} : { not_sampled: 200 - rest.length });
  return rest;
}

test('exactly so many records are taken, in the order of the file, as they stand in it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 250 }), fc.string({ maxLength: 5 }), async (records, seed) => {
      const found = await taken({ records, seed });
      assert.equal(found.length, Math.min(records, 200));
      assert.deepEqual(
        found,
        lines.filter((line) => found.includes(line)),
      );
    }),
    { numRuns: 20 },
  );
});

test('a share is taken to the nearest record, the same one for the same seed', async () => {
  const found = await taken({ fraction: 0.1, seed: 'a' });
  assert.equal(found.length, 20);
  assert.deepEqual(await taken({ fraction: 0.1, seed: 'a' }), found);
  assert.notDeepEqual(await taken({ fraction: 0.1, seed: 'b' }), found);
});

test('every record is about as likely as the others', async () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 60; seed++) {
    for (const line of await taken({ records: 50, seed: String(seed) }))
      counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  // 15 on average, with a standard deviation of 3.35: six of them either way.
  for (const line of lines) assert.ok(Math.abs((counts.get(line) ?? 0) - 15) < 20, line);
  const early = lines.slice(0, 100).reduce((sum, line) => sum + (counts.get(line) ?? 0), 0);
  assert.ok(Math.abs(early - 1500) < 165, String(early));
});

test('neither or both of the sizes are refused', async () => {
  await assert.rejects(runOver(sample, {}, { content }), { code: 'options_contradict' });
  await assert.rejects(runOver(sample, { records: 1, fraction: 1 }, { content }), {
    code: 'options_contradict',
  });
});
