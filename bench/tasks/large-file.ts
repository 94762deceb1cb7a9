import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';

/** What is known of a file that was made, to check results by. */
export interface LargeFile {
  readonly records: number;
  readonly bytes: number;
  /** Sum of the CRC-32 of all lines, below 2^48: the same in any order. */
  readonly sum: number;
  /** SHA-256 of the file with each record once, the first of equal ones. */
  readonly distinctSha256: string;
  readonly distinct: number;
}

const HEADER = 'id,first,last,city,born,amount,note';
const SUMS = 2 ** 48;
const FIRST = ['Anna', 'Zoé', 'Jean-Pierre', 'José', 'Mary Ann', 'Ümit', 'Olga', 'Bob'];
const LAST = ['Smith', 'Müller', "O'Neil", 'García', 'Nowak', 'Öztürk', 'Li', 'van der Berg'];
const CITY = ['Berlin', 'São Paulo', 'New York', '"Paris, FR"'];

/** Every tenth record is a copy of one about half as far into the file. */
export async function writeLargeFile(path: string, leastBytes: number): Promise<LargeFile> {
  const out = createWriteStream(path, { highWaterMark: 1 << 20 });
  const distinctHash = createHash('sha256').update(`${HEADER}\n`);
  let [records, distinct, sum, bytes] = [0, 0, 0, 0];
  let piece = `${HEADER}\n`;
  while (bytes < leastBytes) {
    let kept = '';
    for (let row = 0; row < 5000; row++, records++) {
      const isCopy = records % 10 === 9;
      const line = `${lineOf(isCopy ? originalOf(records) : records)}\n`;
      piece += line;
      sum = (sum + crc32(line)) % SUMS;
      if (isCopy) continue;
      kept += line;
      distinct++;
    }
    distinctHash.update(kept);
    const buffer = Buffer.from(piece);
    bytes += buffer.length;
    piece = '';
    if (!out.write(buffer)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return { records, bytes, sum, distinct, distinctSha256: distinctHash.digest('hex') };
}

function originalOf(record: number): number {
  const half = record >> 1;
  return half % 10 === 9 ? half - 1 : half;
}

/** Its own for every number below 2^26, in no order. */
function lineOf(number: number): string {
  const id = Math.imul(number, 0x5bd1e995) >>> 0;
  const day = `19${10 + (id % 90)}-0${1 + (id % 9)}-1${id % 10}`;
  const cells = [id, FIRST[id % 8], LAST[(id >>> 3) % 8], CITY[id % 4], day, (id % 1_000_000) / 100];
  return `${cells.join(',')},note ${number} of a record whose text is some words long`;
}

/** Throws unless the file is in the order of last name (by code point) and id (by value), with all its lines. */
export async function checkSorted(path: string, file: LargeFile): Promise<void> {
  let [records, sum] = [-1, 0];
  let [name, id] = [Buffer.alloc(0), 0];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (++records === 0) {
      if (line !== HEADER) throw new Error('the header is not the first line');
      continue;
    }
    sum = (sum + crc32(`${line}\n`)) % SUMS;
    const [number = '', , last = ''] = line.split(',', 3);
    const nextName = Buffer.from(last);
    const order = Buffer.compare(name, nextName) || id - Number(number);
    if (order > 0) throw new Error(`record ${records} is not in order`);
    [name, id] = [nextName, Number(number)];
  }
  if (records !== file.records || sum !== file.sum) throw new Error('the sorted file has other lines');
}

/** Throws unless the file is the one that was made without its copies, byte for byte. */
export async function checkDistinct(path: string, file: LargeFile): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (hash.digest('hex') !== file.distinctSha256) throw new Error('not exactly the copies are gone');
}

/** Throws unless the groups are those of the file, with all its records. */
export async function checkGroups(path: string, file: LargeFile): Promise<void> {
  const [header, ...groups] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  if (header !== 'city,count,sum_amount') throw new Error(`the groups begin with ${header}`);
  const counts = groups.map((line) => Number(line.split(',').at(-2)));
  const records = counts.reduce((sum, count) => sum + count, 0);
  if (groups.length !== CITY.length || records !== file.records)
    throw new Error(`${groups.length} groups of ${records} records`);
}

/** Throws unless the profile is that of the file: exact counts, and the number of different ids as well as it is estimated. */
export async function checkProfile(path: string, file: LargeFile): Promise<void> {
  const { records, columns } = JSON.parse(await readFile(path, 'utf8'));
  const [id, first, , city, born] = columns;
  if (records !== file.records || id.filled !== file.records)
    throw new Error(`a profile of ${records} records`);
  if (Math.abs(id.distinct.count / file.distinct - 1) > 0.05)
    throw new Error(`${id.distinct.count} different ids instead of ${file.distinct}`);
  const counted = city.top_values.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
  if (counted !== file.records || first.distinct.count !== FIRST.length || born.type !== 'date')
    throw new Error('the profile is not that of the file');
}
