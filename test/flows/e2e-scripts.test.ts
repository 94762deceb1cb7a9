import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { startServe } from '#test/support/serve-process.ts';

const SCRIPT = resolve(import.meta.dirname, '../../scripts/e2e/run.sh');
const WITHIN_MS = 120_000;

test('bash and curl call every operation of a running server', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'affirm-name-e2e-'));
  const server = await startServe(join(folder, 'data'));
  t.after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const { output, code } = await run({ AFFIRM_NAME_URL: server.url, AFFIRM_NAME_KEY: server.key });
  assert.equal(code, 0, output);
  assert.match(output, /^(\d+) of \1 operations were called\.$/m);
});

function run(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly output: string; readonly code: unknown }> {
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  return new Promise((done) => {
    execFile(SCRIPT, { env: { PATH, ...env }, timeout: WITHIN_MS }, (error, stdout, stderr) => {
      done({ output: stdout + stderr, code: error === null ? 0 : (error.code ?? error.signal) });
    });
  });
}
