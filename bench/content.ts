/**
 * How fast users come in and go out, with one address in a hundred repeated, against COPY of the clean rows into a
 * table like theirs and out of theirs, in the same run, on the same server, with the same settings.
 * node bench/content.ts [--rows=1000000] [--runs=3]
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServeProcess } from '#test/support/serve-process.ts';
import { type Copied, timeCopyIn, timeCopyOut } from './content/copy-users.ts';
import { type TimedExport, timeExport } from './content/timed-export.ts';
import { checkErrors, removeUsers, timeImport, type TimedImport } from './content/timed-import.ts';
import { expectedErrors, type UserFiles, writeUserFiles } from './content/user-files.ts';
import { onConnection } from './support/connection.ts';
import { megabytes, perSecond, seconds, whole } from './support/figures.ts';
import { withFreshServer } from './support/fresh-server.ts';
import { machineLine, settingsLine } from './support/machine.ts';

const LEAST_ROWS_PER_SECOND = 60_000;
const LEAST_OF_COPY = 0.5;
const LEAST_NDJSON_OF_CSV = 0.5;
const LEAST_EXPORT_OF_COPY = 0.5;
const LEAST_PLAIN_EXPORT_OF_COPY = 0.7;
const FIRST_BYTE_WITHIN_MS = 200;

const EXPORTS = {
  guarded: {},
  plain: { escape_formulas: 'false' },
  filtered: { fields: 'id,email,created_at', created_after: '2000-01-01T00:00:00Z' },
  ndjson: { format: 'ndjson' },
} as const;

interface Run {
  readonly csv: TimedImport;
  readonly ndjson: TimedImport;
  readonly exports: Readonly<Record<keyof typeof EXPORTS, TimedExport>>;
  readonly copiedIn: Copied;
  readonly copiedOut: Copied;
}

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, runs: { type: 'string', default: '3' } },
});
const plan = { rows: Number(values.rows), seed: 7, format: 'csv', repeats: 1 } as const;
const folder = mkdtempSync(join(tmpdir(), 'affirm-name-users-'));
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<boolean> {
  console.log(`${whole(plan.rows)} users; ${machineLine()}`);
  const files = await writeUserFiles(folder, plan);
  const runs: Run[] = [];
  await withFreshServer(async (server) => {
    console.log(await onConnection(server.databaseUrl, settingsLine));
    // The first run pays for the files of a new server's log as well; later ones find them there.
    for (let left = Number(values.runs); left > 0; left--) {
      if (runs.length > 0) await removeUsers(server.databaseUrl);
      const run = await measure(server, files);
      runs.push(run);
      printRun(run, runs.length);
    }
  });
  return verdict(runs);
}

async function measure(server: ServeProcess, files: UserFiles): Promise<Run> {
  const csv = await importChecked(server, files, 'csv');
  const copiedOut = await timeCopyOut(server.databaseUrl);
  assert.equal(copiedOut.rows, files.cleanRows);
  const exports = {} as Record<keyof typeof EXPORTS, TimedExport>;
  for (const [name, query] of Object.entries(EXPORTS) as [keyof typeof EXPORTS, object][]) {
    exports[name] = await timeExport(server, { resource: 'users', format: 'csv', ...query });
  }
  const copiedIn = await timeCopyIn(server.databaseUrl, files.clean);
  assert.equal(copiedIn.rows, files.cleanRows);
  await removeUsers(server.databaseUrl);
  const ndjson = await importChecked(server, files, 'ndjson');
  return { csv, ndjson, exports, copiedIn, copiedOut };
}

/** An import whose every count and error is as it must be. */
async function importChecked(
  server: ServeProcess,
  files: UserFiles,
  format: 'csv' | 'ndjson',
): Promise<TimedImport> {
  const imported = await timeImport(server, files[format]);
  assert.equal(imported.created, files.cleanRows);
  assert.equal(imported.refused, plan.rows - files.cleanRows);
  await checkErrors(server, imported.id, expectedErrors({ ...plan, format }));
  return imported;
}

function printRun({ csv, ndjson, exports, copiedIn, copiedOut }: Run, number: number): void {
  console.log(`\nrun ${number}; ${machineLine()}`);
  for (const [title, imported] of [
    ['CSV in   ', csv],
    ['NDJSON in', ndjson],
  ] as const) {
    const { ms, uploadMs, parts, nodePeak, postgresPeak } = imported;
    console.log(
      `  ${title}  ${seconds(ms)}, ${perSecond(plan.rows, ms)} (the upload before it ${seconds(uploadMs)})`,
    );
    console.log(
      `             waited ${seconds(parts.waited)}, read and staged ${seconds(parts.read)}, judged and loaded ${seconds(parts.judgedAndLoaded)}`,
    );
    console.log(
      `             peak memory: Node ${megabytes(nodePeak)}; PostgreSQL ${megabytes(postgresPeak.together)}, its largest process ${megabytes(postgresPeak.largestProcess)}`,
    );
  }
  console.log(`  COPY in    ${seconds(copiedIn.ms)}, ${perSecond(copiedIn.rows, copiedIn.ms)}`);
  for (const [name, { ms, firstByteMs, bytes }] of Object.entries(exports)) {
    console.log(
      `  export     ${name.padEnd(9)} ${seconds(ms)}, ${megabytes((bytes / ms) * 1000)}/s, first byte after ${whole(firstByteMs)} ms`,
    );
  }
  console.log(
    `  COPY out   ${seconds(copiedOut.ms)}, ${megabytes((copiedOut.bytes / copiedOut.ms) * 1000)}/s`,
  );
}

function verdict(runs: readonly Run[]): boolean {
  const best = (ms: (run: Run) => number): number => Math.min(...runs.map(ms));
  const csv = best((run) => run.csv.ms);
  // COPY loads the clean rows alone.
  const speed = (plan.rows / csv) * 1000;
  const ofCopy = best((run) => run.copiedIn.ms) / csv;
  const ofCsv = csv / best((run) => run.ndjson.ms);
  const copyOut = best((run) => run.copiedOut.ms);
  const guarded = copyOut / best((run) => run.exports.guarded.ms);
  const plain = copyOut / best((run) => run.exports.plain.ms);
  const firstByte = Math.max(
    ...runs.flatMap(({ exports }) => Object.values(exports).map(({ firstByteMs }) => firstByteMs)),
  );
  const checks: [string, boolean][] = [
    [`at least ${whole(LEAST_ROWS_PER_SECOND)} records/s: ${whole(speed)}`, speed >= LEAST_ROWS_PER_SECOND],
    [`at least ${LEAST_OF_COPY} of COPY in: ${ofCopy.toFixed(2)}`, ofCopy >= LEAST_OF_COPY],
    [`NDJSON at least ${LEAST_NDJSON_OF_CSV} of CSV: ${ofCsv.toFixed(2)}`, ofCsv >= LEAST_NDJSON_OF_CSV],
    [
      `export at least ${LEAST_EXPORT_OF_COPY} of COPY out: ${guarded.toFixed(2)}`,
      guarded >= LEAST_EXPORT_OF_COPY,
    ],
    [
      `without the formula guard at least ${LEAST_PLAIN_EXPORT_OF_COPY}: ${plain.toFixed(2)}`,
      plain >= LEAST_PLAIN_EXPORT_OF_COPY,
    ],
    [`first byte within ${FIRST_BYTE_WITHIN_MS} ms: ${whole(firstByte)}`, firstByte <= FIRST_BYTE_WITHIN_MS],
  ];
  console.log(`\nbest of ${runs.length}`);
  for (const [text, met] of checks) console.log(`  ${met ? 'ok  ' : 'FAIL'}  ${text}`);
  return checks.every(([, met]) => met);
}
