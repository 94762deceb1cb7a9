/** npm run generate: made-up data of any size, the same for the same seed. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { LAYOUTS, type NamePlan, planNames } from './generate/name-plan.ts';
import { nameFile } from './generate/name-file.ts';
import { userFile } from './generate/user-file.ts';
import { FORMATS, type UserPlan } from './generate/user-plan.ts';

const HELP = `Writes made-up data, as much as you like: the same options give the same bytes.

  npm run generate -- names --rows 20000000 --seed 7 --out names.csv
  npm run --silent generate -- users --rows 1000000 --repeats 1 | gzip > users.csv.gz

  --rows N           rows to write, 1 to 2000000000 (default 100000)
  --seed S           a whole number; another seed, other data (default 1)
  --out FILE         where to write; - is standard output (default)

names                first names with counts, as an office publishes them
  --layout LAYOUT    us_ssa_state   CA,F,1910,Mary,295   all areas and years in one file (default)
                     us_ssa         Mary,F,7065          one year, the last one of --years
  --areas N          how many states, 1 to 51 (default 51)
  --years FROM[-TO]  years within 1800-2100 (default 1880-2024)
  --shuffle          rows in no order, rather than by area, sex, year and falling count

users                people with id, email, username, bio and image
  --format FORMAT    csv (default) or ndjson
  --repeats PERCENT  rows with the address of an earlier row, every other one in capitals, 0 to 50 (default 0)

Every name stands once for an area, sex and year. Names have 2 to 15 letters, counts fall by Zipf's law to 5.
Every user has another id, user name and, but for --repeats, address.
`;

const SHARED = {
  rows: { type: 'string', default: '100000' },
  seed: { type: 'string', default: '1' },
  out: { type: 'string', default: '-' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const NAMES = {
  ...SHARED,
  layout: { type: 'string', default: 'us_ssa_state' },
  areas: { type: 'string', default: '51' },
  years: { type: 'string', default: '1880-2024' },
  shuffle: { type: 'boolean', default: false },
} as const;

const USERS = {
  ...SHARED,
  format: { type: 'string', default: 'csv' },
  repeats: { type: 'string', default: '0' },
} as const;

class UsageError extends Error {}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const isUsage = error instanceof UsageError || error instanceof RangeError;
  if (!isUsage && code === undefined) throw error;
  // EPIPE: whoever reads has seen enough (generate … | head).
  if (code !== 'EPIPE') {
    process.exitCode = 1;
    console.error(isUsage ? `${message}\nSee npm run generate -- --help` : message);
  }
}

async function main([kind, ...args]: readonly string[]): Promise<void> {
  if (kind === undefined || [kind, ...args].some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(HELP);
  } else if (kind === 'names') {
    const values = readArguments(args, NAMES);
    const plan = namePlan(values);
    await write(nameFile(plan), plan, values.out);
  } else if (kind === 'users') {
    const values = readArguments(args, USERS);
    const plan = userPlan(values);
    await write(userFile(plan), plan, values.out);
  } else {
    throw new UsageError(`"${kind}" cannot be generated; names and users can.`);
  }
}

async function write(
  chunks: Iterable<Buffer>,
  { rows, seed }: { readonly rows: number; readonly seed: number },
  out: string,
): Promise<void> {
  const target = out === '-' ? process.stdout : createWriteStream(out);
  const start = performance.now();
  await pipeline(Readable.from(chunks, { objectMode: false }), target);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(`${rows} rows, seed ${seed}, ${seconds} s`);
}

function readArguments<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function namePlan(values: ReturnType<typeof readArguments<typeof NAMES>>): NamePlan {
  const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(values.years) ?? [];
  const firstYear = wholeNumber('--years', from, 1800, 2100);
  return planNames({
    ...rowsAndSeed(values),
    layout: oneOf('--layout', values.layout, LAYOUTS),
    areas: wholeNumber('--areas', values.areas, 1, 51),
    firstYear,
    lastYear: wholeNumber('--years', to, firstYear, 2100),
    shuffle: values.shuffle,
  });
}

function userPlan(values: ReturnType<typeof readArguments<typeof USERS>>): UserPlan {
  return {
    ...rowsAndSeed(values),
    format: oneOf('--format', values.format, FORMATS),
    repeats: wholeNumber('--repeats', values.repeats, 0, 50),
  };
}

function rowsAndSeed({ rows, seed }: { readonly rows: string; readonly seed: string }) {
  return {
    rows: wholeNumber('--rows', rows, 1, 2_000_000_000),
    seed: wholeNumber('--seed', seed, 0, 4_294_967_295),
  };
}

function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw new UsageError(`${option} is one of ${words.join(', ')}, not "${text}".`);
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not "${text}".`);
}
