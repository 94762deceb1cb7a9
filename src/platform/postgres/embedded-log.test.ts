import assert from 'node:assert/strict';
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rotate } from './embedded-log.ts';

test('a log that has grown too long moves to a second file, while the server goes on writing', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-log-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'server.log');
  rotate(file, 10);
  appendFileSync(file, 'short\n');
  rotate(file, 10);
  assert.equal(readFileSync(file, 'utf8'), 'short\n');

  const server = openSync(file, 'a');
  writeSync(server, 'longer now\n');
  rotate(file, 10);
  writeSync(server, 'next\n');
  closeSync(server);
  assert.equal(readFileSync(`${file}.1`, 'utf8'), 'short\nlonger now\n');
  assert.equal(readFileSync(file, 'utf8'), 'next\n');
});
