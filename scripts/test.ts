import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type PgBouncer, startPgBouncer } from '#test/support/pgbouncer-server.ts';
import { startThrowawayServer } from '#test/support/postgres-server.ts';
import { checkCoverage } from './coverage-gate.ts';

const HELP = `node scripts/test.ts [--postgres=15|18] [--pooler] [--coverage] [--flag-of-node-test=VALUE]… [FILE…]

Runs all tests but those of test/faults and test/services, or the named files, against one throw-away PostgreSQL or the
server that AFFIRM_TEST_DATABASE_URL names; on 15 those that use a database. With CI set, the coverage of the whole run
is checked. --pooler leads what the tests ask through a PgBouncer in transaction mode.
FAULT_KILLS says how many kills imports and exports get in test/faults, FAULT_SEED when they come.
The last line says how many passed, failed and were skipped.`;

const CONCURRENCY = 2;
/** Room for what lives briefly: `truths-offices` takes a fifth less time with it. */
const V8_FLAGS = ['--max-semi-space-size=32', '--external-memory-accounted-in-global-limit'];
/** The longest come first, so that none is left to run alone at the end. */
const LONGEST = [
  'truths-offices',
  'editions',
  'import-kill',
  'serve',
  'content-kill',
  'truths',
  'publish-model',
  'export-kill',
  'command-line',
  'command-line-content',
  'start',
  'embedded',
  'e2e-scripts',
].map((name) => `test/flows/${name}.test.ts`);
const COVERAGE_FILE = 'coverage/lcov.info';

const given = process.argv.slice(2);
const wants = (flag: string): boolean => given.includes(flag);
const files = given.filter((argument) => !argument.startsWith('-'));
const nodeFlags = given.filter(
  (argument) => argument.startsWith('-') && !/^--(postgres=|pooler$|coverage$|help$)/.test(argument),
);
const isOn15 = wants('--postgres=15');
const measuresCoverage = wants('--coverage') || (isSet('CI') && files.length === 0 && !isOn15);
const limitMs = limitMinutes() * 60_000;

if (wants('--help')) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
  const server = process.env['AFFIRM_TEST_DATABASE_URL']
    ? undefined
    : await startThrowawayServer(isOn15 ? 15 : 18);
  const serverUrl = server?.url ?? process.env['AFFIRM_TEST_DATABASE_URL'] ?? '';
  const scratch = mkdtempSync(join(tmpdir(), 'affirm-name-run-'));
  let pooler: PgBouncer | undefined;
  try {
    if (wants('--pooler')) pooler = await startPgBouncer(serverUrl);
    const totalsFile = join(scratch, 'totals.json');
    let code = await runTests(totalsFile, { serverUrl, poolerUrl: pooler?.url }, ending.signal);
    if (code === 0 && measuresCoverage && !checkCoverage(COVERAGE_FILE)) code = 1;
    console.log(totalsLine(totalsFile));
    return code;
  } finally {
    await pooler?.stop();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs node's test runner in a group of its own; all of it ends after the limit, or when we are told to end. */
async function runTests(
  totalsFile: string,
  { serverUrl, poolerUrl }: { serverUrl: string; poolerUrl: string | undefined },
  ending: AbortSignal,
): Promise<number> {
  if (ending.aborted) return 1;
  const compiled = join(dirname(totalsFile), 'compiled');
  const child = spawn(process.execPath, runnerArguments(totalsFile), {
    stdio: 'inherit',
    detached: true,
    env: {
      ...process.env,
      AFFIRM_TEST_DATABASE_URL: serverUrl,
      ...(poolerUrl && { AFFIRM_TEST_POOLER_URL: poolerUrl }),
      // Hundreds of processes load the same modules; with a cache of code, coverage would be less exact.
      AFFIRM_TEST_COMPILED: compiled,
      ...(!measuresCoverage && { NODE_COMPILE_CACHE: compiled }),
    },
  });
  const endGroup = (): void => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  };
  const limit = setTimeout(() => {
    console.error(`The tests took more than ${limitMs / 60_000} minutes and were ended.`);
    endGroup();
  }, limitMs);
  ending.addEventListener('abort', endGroup);
  const [code] = (await once(child, 'exit')) as [number | null];
  ending.removeEventListener('abort', endGroup);
  clearTimeout(limit);
  // A runner whose reader left leaves what it started.
  endGroup();
  return code ?? 1;
}

function runnerArguments(totalsFile: string): string[] {
  return [
    ...V8_FLAGS,
    '--test',
    `--test-concurrency=${CONCURRENCY}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${new URL('test-totals.ts', import.meta.url).href}`,
    `--test-reporter-destination=${totalsFile}`,
    ...(measuresCoverage ? coverageArguments() : []),
    ...nodeFlags,
    ...(files.length > 0 ? files : longestFirst(allTests())),
  ];
}

function coverageArguments(): string[] {
  mkdirSync('coverage', { recursive: true });
  return [
    '--experimental-test-coverage',
    '--test-coverage-include=src/**/*.ts',
    '--test-coverage-exclude=src/**/*.test.ts',
    '--test-reporter=lcov',
    `--test-reporter-destination=${COVERAGE_FILE}`,
    `--import=${new URL('../test/support/drop-cut-coverage.ts', import.meta.url).href}`,
  ];
}

function allTests(): string[] {
  const all = globSync(
    ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    {
      exclude: ['test/{faults,services}/**'],
    },
  ).sort();
  // The others would only repeat what they have shown on 18.
  return isOn15 ? all.filter((file) => readFileSync(file, 'utf8').includes('support/database.ts')) : all;
}

/** Node puts files in the order of their names; absolute ones come before all others. */
function longestFirst(all: readonly string[]): string[] {
  const first = LONGEST.filter((file) => all.includes(file));
  return [...first.map((file) => resolve(file)), ...all.filter((file) => !first.includes(file))];
}

function limitMinutes(): number {
  // A hundred kills, each with all that follows from it.
  if (files.some((file) => file.includes('test/faults/'))) return 40;
  // Servers that start, are killed and start again.
  if (files.some((file) => file.includes('test/services/'))) return 18;
  // Only what hangs is to be ended: ten minutes are the aim on two quiet cores, and others are slower.
  return 20;
}

function isSet(variable: string): boolean {
  return !['', '0', 'false', undefined].includes(process.env[variable]);
}

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
}

/** A run that was ended writes no totals: that is a failure, too. */
function totalsLine(file: string): string {
  const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (written === '') return '0 passed, 1 failed, 0 skipped';
  const { passed, failed, cancelled, skipped } = JSON.parse(written) as Totals;
  return `${passed} passed, ${failed + cancelled} failed, ${skipped} skipped`;
}
