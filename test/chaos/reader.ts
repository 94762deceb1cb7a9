import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';

const READ_EVERY_MS = 250;
/** Of the names that are there from the beginning, which nothing changes. */
const QUESTION = '/v1/names?country=GB&year=2020&gender=F&limit=10';

/** Asks for published numbers all the time. `stop` answers how often; every answer was the same. */
export async function startReader(client: Client): Promise<{ stop(): Promise<number> }> {
  const ask = async (): Promise<unknown> => (await client.get(QUESTION)).data;
  const first = await ask();
  let isEnding = false;
  let answers = 0;
  const reading = (async () => {
    while (!isEnding) {
      assert.deepEqual(await ask(), first, 'what is published stays as it is');
      answers++;
      await delay(READ_EVERY_MS);
    }
  })();
  reading.catch(() => undefined);
  return {
    async stop() {
      isEnding = true;
      await reading;
      return answers;
    },
  };
}
