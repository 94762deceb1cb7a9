import { hash } from 'node:crypto';

const NAMESPACE_BYTES = 16;
const MOST_DIGITS = 16;

/** The ids of records that have none: version 5 UUIDs of import and record number, the same in every attempt. */
export function idMaker(importId: string): (record: number) => string {
  const bytes = Buffer.alloc(NAMESPACE_BYTES + MOST_DIGITS);
  bytes.write(importId.replaceAll('-', ''), 'hex');
  return (record) => {
    const end = NAMESPACE_BYTES + bytes.write(String(record), NAMESPACE_BYTES, 'latin1');
    const digest = hash('sha1', bytes.subarray(0, end), 'hex');
    // The highest two bits of the variant are 1 and 0.
    const variant = ((Number.parseInt(digest.charAt(16), 16) & 3) | 8).toString(16);
    return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  };
}
