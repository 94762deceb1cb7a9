import { closeSync, globSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '#platform/postgres/embedded-process.ts';

/**
 * Loaded into each process that runs tests while coverage is measured: a server that a test has killed as it wrote down its own
 * leaves a part of a file, and one such file makes Node give up the report of the whole run.
 */
const folder = process.env['NODE_V8_COVERAGE'];
if (folder) process.on('exit', () => dropCut(folder));

/** How a whole file ends: with the time, or with the source maps. */
const END = /(?:"timestamp":[\d.]+|\}\})\}$/;
const END_BYTES = 64;

function dropCut(within: string): void {
  for (const name of globSync('coverage-*.json', { cwd: within })) {
    const file = join(within, name);
    const writer = Number(/^coverage-(\d+)-/.exec(name)?.[1]);
    if (!END.test(lastBytes(file)) && !isRunning(writer)) rmSync(file, { force: true });
  }
}

/** '' of a file that another process has removed meanwhile. */
function lastBytes(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const bytes = Buffer.alloc(Math.min(size, END_BYTES));
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
