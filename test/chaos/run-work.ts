import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '#test/support/random.ts';
import type { Client, View } from './client.ts';
import type { Item, Work } from './work.ts';

/** What the API says of each item in the end, by its name. */
export type Ends = ReadonlyMap<string, View>;

export interface RunOptions {
  readonly client: Client;
  readonly random: Random;
  /** The items are sent at random moments of this time, in any order. */
  readonly forMs: number;
  /** Of an item, from the moment that it was taken. */
  readonly endsWithinMs: number;
}

/** Sends everything and waits until all of it has ended. */
export async function runWork({ tasks, imports }: Omit<Work, 'base'>, options: RunOptions): Promise<Ends> {
  const ends = new Map<string, View>();
  const lists = [...tasks.map((task) => [task]), ...imports];
  const moments = lists.map(() => options.random.next() * options.forMs);
  await Promise.all(
    lists.map(async (list, at) => {
      await delay(moments[at]);
      await runList(list, options, ends);
    }),
  );
  return ends;
}

/** All of them are sent before the first one has ended. */
async function runList(
  list: readonly Item[],
  { client, endsWithinMs }: RunOptions,
  ends: Map<string, View>,
): Promise<void> {
  const sent: { item: Item; id: string }[] = [];
  for (const item of list) sent.push({ item, id: await client.send(item, sent.at(-1)?.id) });
  for (const { item, id } of sent) ends.set(item.name, await client.ended(item, id, endsWithinMs));
}
