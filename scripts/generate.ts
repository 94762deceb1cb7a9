/** npm run generate: made-up data of any size, the same for the same seed. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { LAYOUTS, type NamePlan, planNames } from './generate/name-plan.ts';
import { nameFile } from './generate/name-file.ts';

const HELP = `Writes made-up data, as much as you like: the same options give the same bytes.

  npm run generate -- names --rows 20000000 --seed 7 --out names.csv
  npm run --silent generate -- names --rows 1000000 | gzip > names.csv.gz

names                first names with counts, as an office publishes them
  --rows N           rows to write, 1 to 2000000000 (default 100000)
  --seed S           a whole number; another seed, other names and counts (default 1)
  --layout LAYOUT    us_ssa_state   CA,F,1910,Mary,295   all areas and years in one file (default)
                     us_ssa         Mary,F,7065          one year, the last one of --years
  --areas N          how many states, 1 to 51 (default 51)
  --years FROM[-TO]  years within 1800-2100 (default 1880-2024)
  --shuffle          rows in no order, rather than by area, sex, year and falling count
  --out FILE         where to write; - is standard output (default)

Every name stands once for an area, sex and year. Names have 2 to 15 letters, counts fall by Zipf's law to 5.
`;

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

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = readArguments(args);
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP);
    return;
  }
  if (positionals.join(' ') !== 'names') {
    throw new UsageError(`"${positionals.join(' ')}" cannot be generated; names can.`);
  }
  const plan = namePlan(values);
  const target = values.out === '-' ? process.stdout : createWriteStream(values.out);
  const start = performance.now();
  await pipeline(Readable.from(nameFile(plan), { objectMode: false }), target);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(`${plan.rows} rows, seed ${plan.seed}, ${seconds} s`);
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rows: { type: 'string', default: '100000' },
        seed: { type: 'string', default: '1' },
        layout: { type: 'string', default: 'us_ssa_state' },
        areas: { type: 'string', default: '51' },
        years: { type: 'string', default: '1880-2024' },
        shuffle: { type: 'boolean', default: false },
        out: { type: 'string', default: '-' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function namePlan(values: ReturnType<typeof readArguments>['values']): NamePlan {
  const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(values.years) ?? [];
  const firstYear = wholeNumber('--years', from, 1800, 2100);
  const layout = LAYOUTS.find((known) => known === values.layout);
  if (!layout) throw new UsageError(`--layout is one of ${LAYOUTS.join(', ')}, not "${values.layout}".`);
  return planNames({
    rows: wholeNumber('--rows', values.rows, 1, 2_000_000_000),
    seed: wholeNumber('--seed', values.seed, 0, 4_294_967_295),
    layout,
    areas: wholeNumber('--areas', values.areas, 1, 51),
    firstYear,
    lastYear: wholeNumber('--years', to, firstYear, 2100),
    shuffle: values.shuffle,
  });
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not "${text}".`);
}
