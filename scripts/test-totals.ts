import type { TestEvent } from 'node:test/reporters';

/** A reporter for node:test that yields one line of JSON: the totals of the whole run. */
export default async function* totals(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    // A summary without a file is that of the whole run.
    if (event.type === 'test:summary' && event.data.file === undefined)
      yield JSON.stringify(event.data.counts);
  }
}
