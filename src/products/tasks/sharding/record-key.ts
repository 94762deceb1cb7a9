import { hash } from 'node:crypto';
import { createKeyWriter } from '../sorting/sort-key.ts';

/** By what two records are the same. */
export interface RecordIdentity {
  /** Places of the columns, from 0. */
  readonly columns: readonly number[];
  /** Without upper and lower case. */
  readonly isCaseless: boolean;
}

const DIGEST_BYTES = 32;

/**
 * A key of at most 32 bytes: the cells themselves where they are shorter, else their SHA-256, of which no two texts
 * with the same are known. Valid until the next call.
 */
export function createIdentityWriter({
  columns,
  isCaseless,
}: RecordIdentity): (cells: readonly string[]) => Buffer {
  const compare = isCaseless ? 'caseless' : 'text';
  const write = createKeyWriter(columns.map((at) => ({ at, compare, isDescending: false })));
  return (cells) => {
    const key = write(cells);
    return key.length < DIGEST_BYTES ? key : hash('sha256', key, 'buffer');
  };
}
