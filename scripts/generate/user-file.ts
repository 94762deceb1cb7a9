import { madeUpName } from './made-up-name.ts';
import { fraction, hash } from './random.ts';
import { firstsBefore, type UserPlan } from './user-plan.ts';

const CHUNK_CHARACTERS = 256 * 1024;
const GIVEN_NAMES = 4096;
const FAMILY_NAMES = 16_384;
const HOSTS = ['example.org', 'mail.example.com', 'post.example.net', 'example.edu'];
const BIOS = [
  '',
  'Reads more than she writes',
  'Gardens, trains, and old maps',
  'Says "hello" to every dog',
  'Teacher; two children, one bicycle',
  'Zürich – København – 東京',
  'Writes about bread',
  '',
];
/** Far from every number of a row, so that what they give to has nothing to do with one another. */
const CHOICE_OF_FIRST = 0x8000_0000;

interface User {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly bio: string;
  readonly image: string;
}

/** A row with the address of an earlier one; rows count from 0. */
interface Repeat {
  readonly row: number;
  readonly of: number;
}

/** The file of a plan, in pieces, in memory that does not depend on the number of rows. */
export function* userFile(plan: UserPlan): Generator<Buffer> {
  const line = plan.format === 'csv' ? csvLine : jsonLine;
  const userAt = createUsers(plan.seed);
  let chunk = plan.format === 'csv' ? 'id,email,username,bio,image\n' : '';
  for (let row = 0; row < plan.rows; row++) {
    const user = userAt(row);
    const first = firstOf(plan, row);
    chunk += line(
      first === undefined
        ? user
        : { ...user, email: again(userAt(first).email, row - firstsBefore(plan, row)) },
    );
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}

/** The rows whose address stands in an earlier row, in the order of the file. */
export function* repeatsOf(plan: UserPlan): Generator<Repeat> {
  for (let row = 0; row < plan.rows; row++) {
    const of = firstOf(plan, row);
    if (of !== undefined) yield { row, of };
  }
}

/** The row whose address this row repeats; undefined for a row with an address of its own. */
function firstOf(plan: UserPlan, row: number): number | undefined {
  const firsts = firstsBefore(plan, row);
  if (firsts === 0 || firstsBefore(plan, row + 1) > firsts) return undefined;
  return rowOfFirst(plan, Math.floor(firsts * fraction(plan.seed, CHOICE_OF_FIRST + row)));
}

/** The row of the first with this number. */
function rowOfFirst(plan: UserPlan, number: number): number {
  let row = Math.floor((number * 100) / (100 - plan.repeats));
  while (firstsBefore(plan, row) > number) row--;
  while (firstsBefore(plan, row + 1) <= number) row++;
  return row;
}

/** An address is the same in capitals. */
function again(email: string, repeat: number): string {
  return repeat % 2 === 0 ? email : email.toUpperCase();
}

function createUsers(seed: number): (row: number) => User {
  const given = Array.from({ length: GIVEN_NAMES }, (_, at) => madeUpName(seed, at % 2 ? 'M' : 'F', at));
  const family = Array.from({ length: FAMILY_NAMES }, (_, at) => madeUpName(seed + 1, 'M', at));
  return (row) => {
    const bits = hash(seed, row);
    const first = given[bits % GIVEN_NAMES] as string;
    const last = family[(bits >>> 12) % FAMILY_NAMES] as string;
    const username = `${first.toLowerCase()}.${last.toLowerCase()}${row}`;
    const bio = BIOS[(bits >>> 26) % BIOS.length] as string;
    return {
      id: idOf(seed, row),
      email: `${username}@${HOSTS[(bits >>> 29) % HOSTS.length]}`,
      username,
      bio: bio === '' ? '' : `${bio}. ${first} ${last}, no. ${row}`,
      image: bits % 3 === 0 ? '' : `https://images.example.org/people/${bits.toString(16)}.jpg`,
    };
  };
}

/** A UUID of version 4 in form; its first 32 bits are another number for every row. */
function idOf(seed: number, row: number): string {
  const [a, b, c, d] = [0, 1, 2, 3].map((part) => hex(hash(seed + part, row))) as [
    string,
    string,
    string,
    string,
  ];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}

/** An empty cell without quotes is no value. */
function csvLine({ id, email, username, bio, image }: User): string {
  return `${id},${email},${username},${quoted(bio)},${image}\n`;
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function jsonLine(user: User): string {
  return `${JSON.stringify({ ...user, bio: user.bio || null, image: user.image || null })}\n`;
}
