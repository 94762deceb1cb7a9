import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Load {
  readonly url: string;
  readonly clients: number;
  readonly seconds: number;
  /** Asked in this order, by whoever is free. */
  readonly paths: readonly string[];
}

/** Times in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly errors: number;
  readonly firstError?: string | undefined;
}

/** Clients in a process of their own, so that they share a thread with nothing else. */
export async function loadFromAnotherProcess(load: Load): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, 'load-process.ts'));
  child.send(load);
  const [result] = (await once(child, 'message')) as [LoadResult];
  await once(child, 'exit');
  return result;
}
