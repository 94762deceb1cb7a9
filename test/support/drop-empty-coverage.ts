import { globSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Loaded into each process that runs tests while coverage is measured: a server that a test has killed as it wrote down its own
 * leaves an empty file, and one such file makes Node give up the report of the whole run.
 */
const folder = process.env['NODE_V8_COVERAGE'];
if (folder) process.on('exit', () => dropEmpty(folder));

function dropEmpty(within: string): void {
  for (const name of globSync('coverage-*.json', { cwd: within })) {
    const file = join(within, name);
    if (statSync(file, { throwIfNoEntry: false })?.size === 0) rmSync(file, { force: true });
  }
}
