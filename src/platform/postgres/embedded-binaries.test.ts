import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, after, test } from 'node:test';
import { embeddedBinaries, installCopy } from './embedded-binaries.ts';

const scratch = mkdtempSync(join(tmpdir(), 'affirm-name-binaries-'));
const source = join(scratch, 'native');
const target = join(scratch, 'copies', 'pg');

before(() => {
  // As `npm ci --ignore-scripts` under umask 077 leaves it: without the library links, closed to others.
  const installed = dirname(dirname(embeddedBinaries(join(scratch, 'own')).postgres));
  cpSync(installed, source, { recursive: true, verbatimSymlinks: true });
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) rmSync(path);
    else chmodSync(path, entry.isDirectory() || entry.parentPath.endsWith('bin') ? 0o700 : 0o600);
  }
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('a copy has the links that the install script did not make, and runs for everybody', () => {
  assert.throws(() => version(source));
  assert.equal(installCopy(source, target), target);
  assert.match(version(target), /PostgreSQL/);
  for (const path of ['', 'bin', 'bin/postgres', 'lib', 'share']) {
    assert.equal(statSync(join(target, path)).mode & 0o777, 0o755, path);
  }
  assert.deepEqual(readdirSync(dirname(target)), ['pg']);
});

test('a whole copy stays as it is, one with a short file is made again', () => {
  const made = lstatSync(installCopy(source, target)).ino;
  assert.equal(lstatSync(installCopy(source, target)).ino, made);
  truncateSync(join(target, 'bin/postgres'), 10);
  installCopy(source, target);
  assert.match(version(target), /PostgreSQL/);
  assert.deepEqual(readdirSync(dirname(target)), ['pg']);
});

function version(folder: string): string {
  return execFileSync(join(folder, 'bin/postgres'), ['--version'], { encoding: 'utf8', stdio: 'pipe' });
}
