import { hash } from 'node:crypto';
import { withDuckDb } from '#platform/duckdb/database.ts';
import { createPlaceSet } from '../../sharding/place-set.ts';
import { createShards } from '../../sharding/shards.ts';
import type { TableRecord } from '../../table/task-table.ts';
import { placesKept } from '../deduplicate.query.ts';
import type { TaskRun } from '../operation.ts';
import type { UniqueRule } from './record-rules.ts';

const DIGEST_BYTES = 32;

/** Whether a record, at its place in the table from 0, repeats the key of an earlier one. */
export type RepeatsKey = (record: TableRecord, place: number, rule: number) => boolean;

/**
 * Reads the table once and puts the keys of all rules aside: exact at any size, with a bit of memory for each record and
 * rule. Of keys beyond 31 bytes the SHA-256 is compared.
 */
export async function findRepeats(task: TaskRun<unknown>, rules: readonly UniqueRule[]): Promise<RepeatsKey> {
  const { table, signal } = task;
  const folder = await task.scratchDir();
  const shards = createShards(folder, 'unique');
  const entry = Buffer.alloc(8);
  let records = 0;
  await table.read({
    record(record) {
      for (const [at, rule] of rules.entries()) {
        const key = rule.keyOf(record);
        if (key === undefined) continue;
        entry.writeDoubleLE(records * rules.length + at);
        shards.add(bytesOf(`${at} ${key}`), entry);
      }
      records++;
    },
  });
  task.progress({ phase: 'comparing' });
  const firsts = createPlaceSet(records * rules.length);
  await withDuckDb({ scratchDir: folder, signal }, async (db) => {
    for (const group of shards.groups()) {
      for (const found of await placesKept(db, group, 'first')) firsts.add(found);
      task.progress({ phase: 'comparing' });
    }
  });
  return (record, place, at) =>
    !firsts.has(place * rules.length + at) && rules[at]?.keyOf(record) !== undefined;
}

function bytesOf(key: string): Buffer {
  const bytes = Buffer.from(key);
  return bytes.length < DIGEST_BYTES ? bytes : hash('sha256', bytes, 'buffer');
}
