/**
 * Peak memory while users come in and go out, a hundred thousand, a million and ten million at a time.
 * node bench/content-large.ts [--rows=100000,1000000,10000000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServeProcess } from '#test/support/serve-process.ts';
import { userFile } from '../scripts/generate/user-file.ts';
import { timeExport } from './content/timed-export.ts';
import { removeUsers, timeImport } from './content/timed-import.ts';
import { writeAll } from './content/user-files.ts';
import { onConnection } from './support/connection.ts';
import { megabytes, perSecond, seconds, whole } from './support/figures.ts';
import { withFreshServer } from './support/fresh-server.ts';
import { machineLine, settingsLine } from './support/machine.ts';
import { forgetPeak, peakResident, watchPostgres } from './support/memory.ts';

/** Of the smallest export. */
const MOST_GROWTH = 0.1;

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000,1000000,10000000' } } });
const folder = mkdtempSync(join(tmpdir(), 'affirm-name-users-'));
try {
  process.exitCode = (await withFreshServer(main)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(server: ServeProcess): Promise<boolean> {
  console.log(machineLine());
  console.log(await onConnection(server.databaseUrl, settingsLine));
  const peaks: number[] = [];
  // The first export of a process also loads what it needs.
  await timeExport(server, { resource: 'users', format: 'csv' });
  for (const rows of values.rows.split(',').map(Number)) {
    await importUsers(server, rows);
    peaks.push(await exportUsers(server, rows));
    await removeUsers(server.databaseUrl);
  }
  const growth = Math.max(...peaks) / (peaks[0] ?? 1) - 1;
  const met = growth <= MOST_GROWTH;
  console.log(
    `\n  ${met ? 'ok  ' : 'FAIL'}  exports grow the process by at most ${100 * MOST_GROWTH} %: ${(100 * growth).toFixed(1)} %`,
  );
  return met;
}

async function importUsers(server: ServeProcess, rows: number): Promise<void> {
  const file = join(folder, 'users.csv');
  await writeAll(file, userFile({ rows, seed: 7, format: 'csv', repeats: 1 }));
  forgetPeak(server.pid);
  const { ms, created, refused, nodePeak, postgresPeak } = await timeImport(server, file);
  rmSync(file);
  console.log(`\n${whole(rows)} users; ${machineLine()}`);
  console.log(
    `  import ${seconds(ms)}, ${perSecond(rows, ms)}; ${whole(created)} created, ${whole(refused)} refused`,
  );
  console.log(
    `         peak memory: Node ${megabytes(nodePeak)}; PostgreSQL ${megabytes(postgresPeak.together)}, its largest process ${megabytes(postgresPeak.largestProcess)}`,
  );
}

/** The peak of the process that served it. */
async function exportUsers(server: ServeProcess, rows: number): Promise<number> {
  forgetPeak(server.pid);
  const postgres = watchPostgres(server.postgresPid());
  const { ms, firstByteMs, bytes } = await timeExport(server, { resource: 'users', format: 'csv' });
  const { largestProcess } = postgres.stop();
  const peak = peakResident(server.pid);
  console.log(
    `  export ${seconds(ms)}, ${perSecond(rows, ms)}, ${megabytes((bytes / ms) * 1000)}/s, first byte after ${whole(firstByteMs)} ms`,
  );
  console.log(
    `         peak memory: Node ${megabytes(peak)}; PostgreSQL's largest process ${megabytes(largestProcess)}`,
  );
  return peak;
}
