import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openRunReader } from '../sorting/run-reader.ts';
import { ENTRY_HEAD } from '../sorting/sort-run.ts';

/**
 * Entries on disk, those with equal keys together: what has to be looked at at once is a small part of a large file,
 * however large that is.
 */
export interface Shards {
  /** Both are copied. Keys that are equal byte for byte come into one shard. */
  add(key: Uint8Array, entry: Uint8Array): void;
  /** All shards, several small ones together; then they are gone. An entry is valid until `visit` returns. */
  groups(): Iterable<ShardGroup>;
}

export type ShardGroup = (visit: (key: Buffer, entry: Buffer) => void) => void;

const SHARDS = 256;
const WAITING_BYTES = 32 * 1024;
const GROUP_BYTES = 4 * 1024 * 1024;
const READ_BYTES = 256 * 1024;

export function createShards(folder: string, name: string): Shards {
  const shards = Array.from({ length: SHARDS }, (_, at) => shardFile(join(folder, `${name}-${at}.shard`)));
  return {
    add: (key, entry) => shards[shardOf(key)]?.add(key, entry),
    *groups() {
      let group: ShardFile[] = [];
      let bytes = 0;
      for (const shard of shards) {
        if (shard.bytes === 0) continue;
        if (bytes > 0 && bytes + shard.bytes > GROUP_BYTES) {
          yield visitorOf(group);
          [group, bytes] = [[], 0];
        }
        group.push(shard);
        bytes += shard.bytes;
      }
      if (bytes > 0) yield visitorOf(group);
    },
  };
}

function visitorOf(group: readonly ShardFile[]): ShardGroup {
  return (visit) => {
    for (const shard of group) shard.take(visit);
  };
}

/** FNV-1a over the key, folded to a byte. */
function shardOf(key: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ (key[at] as number), 0x01000193);
  return (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & 255;
}

interface ShardFile {
  readonly bytes: number;
  add(key: Uint8Array, entry: Uint8Array): void;
  take(visit: (key: Buffer, entry: Buffer) => void): void;
}

/** Opened for each piece of it anew, so that no number of shards runs out of open files. */
function shardFile(path: string): ShardFile {
  let waiting: Buffer | undefined;
  let filled = 0;
  let bytes = 0;

  function flush(): void {
    if (waiting === undefined || filled === 0) return;
    const file = openSync(path, 'a');
    try {
      for (let at = 0; at < filled;) at += writeSync(file, waiting, at, filled - at);
    } finally {
      closeSync(file);
    }
    filled = 0;
  }

  return {
    get bytes() {
      return bytes;
    },
    add(key, entry) {
      const size = ENTRY_HEAD + key.length + entry.length;
      if (waiting === undefined || filled + size > waiting.length) {
        flush();
        if (waiting === undefined || size > waiting.length || waiting.length > WAITING_BYTES) {
          waiting = Buffer.allocUnsafeSlow(Math.max(WAITING_BYTES, size));
        }
      }
      waiting.writeUInt32LE(key.length, filled);
      waiting.writeUInt32LE(entry.length, filled + 4);
      waiting.set(key, filled + ENTRY_HEAD);
      waiting.set(entry, filled + ENTRY_HEAD + key.length);
      filled += size;
      bytes += size;
    },
    take(visit) {
      flush();
      waiting = undefined;
      const reader = openRunReader(path, READ_BYTES);
      try {
        while (reader.next()) visit(reader.key, reader.record);
      } finally {
        reader.close();
        rmSync(path, { force: true });
      }
    },
  };
}
