import type { DuckDb } from '#platform/duckdb/database.ts';
import { createPlaceSet } from '../../sharding/place-set.ts';
import type { Shards } from '../../sharding/shards.ts';
import { formLike } from '../../table/table-form.ts';
import type { TaskOutcome, TaskRun } from '../operation.ts';
import { loadShard, matchesOfShard } from './match-shard.query.ts';
import type { JoinOptions } from './options.ts';

/** Records of the first table that have a match (`semi`), or none (`anti`). `places`: how many records there are. */
export async function writeMatching(
  task: TaskRun<JoinOptions>,
  db: DuckDb,
  keys: Shards,
  places: { readonly first: number; readonly second: number },
): Promise<TaskOutcome> {
  const { table, options, result, ledger } = task;
  const matching = createPlaceSet(places.first);
  let seconds = 0;
  for (const shard of keys.groups()) {
    await loadShard(db, shard);
    const found = await matchesOfShard(db);
    for (const place of found.places) matching.add(place);
    seconds += found.seconds;
    task.progress({ phase: 'matching' });
  }
  ledger.use(seconds);
  ledger.leaveOut('no_match', places.second - seconds);

  const isWanted = options.kind === 'semi';
  let place = 0;
  let recordsWritten = 0;
  result.open(formLike(table));
  if (table.header !== null) {
    result.write(table.header);
    result.write(table.lineBreak);
  }
  await table.read(
    {
      record(record) {
        if (matching.has(place++) !== isWanted) return ledger.leaveOut(isWanted ? 'no_match' : 'match');
        result.write(record.raw());
        result.write(record.lineBreak());
        ledger.use();
        recordsWritten++;
      },
    },
    { isRepeat: true },
  );
  return { recordsWritten };
}
