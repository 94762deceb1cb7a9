import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '#test/support/launch.ts';
import { affirmName, dataFolder, startProcess } from '#test/support/server.ts';
import { listen } from './fetching-scene.ts';

test('the command line imports, tells what was refused, asks, and manages', async (t) => {
  const dataDir = dataFolder(t);
  const office = createServer((_request, response) => void response.end('Ada,F,20\nAlan,M,30\n'));
  const host = `127.0.0.1:${await listen(t, office)}`;
  const server = await startProcess(t, dataDir, { env: { URL_IMPORT_ALLOWED_HOSTS: host } });
  const run = (...words: string[]) => affirmName(server, ...words);
  const write = (name: string, text: string) => writeFileSync(join(dataDir, name), text);
  write('yob2020.txt', 'Emma,F,20\nOlivia,F,30\nJordan,F,10\nJordan,M,30\n');
  write('yob2021.txt', 'Emma,F,25\nOlivia,X,30\nJordan,M,0\nJordan,F,12\n');

  await t.test('several files; refused records are listed, and count with --strict alone', async () => {
    const lenient = await run('import', 'yob2020.txt', 'yob2021.txt', '--country', 'US');
    assert.equal(lenient.code, 0, lenient.stderr);
    assert.match(lenient.stdout, /yob2020\.txt: 4 rows, 0 skipped, 0 refused; published/);
    assert.match(lenient.stdout, /yob2021\.txt: 2 rows, 0 skipped, 2 refused; published/);
    assert.match(lenient.stdout, /line 2: invalid_gender: .*\n.*line 3: invalid_count: /);
    const strict = await run('import', 'yob2021.txt', '--country', 'US', '--allow-duplicate', '--strict');
    assert.equal(strict.code, 1);
  });

  await t.test(
    'a folder: each file is read by its own parser or refused with a reason, and counted at the end',
    async () => {
      mkdirSync(join(dataDir, 'offices/fr'), { recursive: true });
      write('offices/fr/x.csv', 'sexe;preusuel;annais;nombre\n2;MARIE;1900;48713\n1;LÉO;2021;4358\n');
      write('offices/AK.TXT', 'AK,F,2020,Emma,20\n');
      write('offices/notes.txt', 'These files are of two offices.\n');
      const folder = await run('import', 'offices');
      assert.equal(folder.code, 1);
      assert.match(folder.stdout, /fr\/x\.csv: 2 rows, 0 skipped, 0 refused; published/, folder.stdout);
      assert.match(folder.stdout, /AK\.TXT: 1 rows, 0 skipped, 0 refused; published/);
      assert.match(folder.stdout, /notes\.txt: country_required: No parser reads this file/);
      assert.match(folder.stdout, /\n3 files: 2 completed, 1 country_required\n$/);
      assert.match((await run('countries')).stdout, /FR\s+France/);
    },
  );

  await t.test('an address in place of a file is fetched by the server', async () => {
    const url = `http://${host}/yob1899.txt`;
    const options = ['--edition', 'old', '--max-errors', '0', '--dry-run'];
    const dry = await run('import', url, ...options);
    assert.match(dry.stdout, /yob1899\.txt: 2 rows, 0 skipped, 0 refused; a dry run/, dry.stderr);
    const refused = await run('import', 'https://10.0.0.1/names.zip', '--country', 'US');
    assert.deepEqual([refused.code, /url_not_allowed/.test(refused.stdout)], [1, true]);
    const wrong = await run('import', url, '--year', '20x0');
    assert.match(wrong.stdout, /invalid_request/);
  });

  await t.test('what the server refuses is shown with its code, and fails the command', async () => {
    const again = await run('import', 'yob2020.txt', 'missing.txt', '--country', 'US');
    assert.equal(again.code, 1);
    assert.match(again.stdout, /yob2020\.txt: duplicate_file: /);
    assert.match(again.stdout, /There is no file missing\.txt/);
    const dry = await run('import', 'yob2020.txt', '--country', 'US', '--dry-run', '--allow-duplicate');
    assert.match(dry.stdout, /a dry run, so nothing is published; 0 slices would be new, 0 revised/);
  });

  await t.test('questions, as tables and as JSON', async () => {
    const top = await run(
      'names',
      'top',
      '--country',
      'US',
      '--year',
      '2020',
      '--gender',
      'F',
      '--limit',
      '2',
    );
    assert.match(top.stdout, /^rank +name .*\n +1 +Olivia +F +30 .*\n +2 +Emma +F +20 /);
    assert.match(top.stdout, /Source: Social Security Administration/);
    const trend = await run('names', 'trend', 'Emma', '--country', 'US', '--gender', 'F');
    assert.match(trend.stdout, /Emma, F, US, 2020–2021\n[▁-█]{2}\nmost in 2021: 25/);
    const gender = await run('names', 'gender', 'Jordan', '--json');
    const { female_count, male_count } = JSON.parse(gender.stdout).data;
    assert.deepEqual([female_count, male_count], [22, 30]);
    assert.match((await run('names', 'search', 'oliv')).stdout, /Olivia/);
    const wrong = await run('names', 'top', '--year', '20x0');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /^invalid_request: .*\n {2}year: /);
  });

  await t.test('datasets are deleted and restored, jobs listed, keys made and revoked', async () => {
    const list = JSON.parse((await run('datasets', 'list', '--json')).stdout).data;
    const { id } = list.find(
      ({ filename, published }: { filename: string; published: boolean }) =>
        published && filename === 'yob2020.txt',
    );
    assert.equal((await run('datasets', 'delete', id)).code, 0);
    assert.match((await run('names', 'top', '--country', 'US', '--year', '2020')).stdout, /No names fit/);
    assert.equal((await run('datasets', 'restore', id)).code, 0);
    assert.match((await run('names', 'top', '--country', 'US', '--year', '2020')).stdout, /Olivia/);
    assert.match((await run('datasets', 'show', id)).stdout, /^row_count +4$/m);
    assert.match((await run('jobs', 'list')).stdout, /parse_dataset +completed/);

    const made = await run('keys', 'create', 'reader');
    const key = made.stdout.trim();
    assert.match(key, /^ak_\w{8}_[\w-]{43}$/);
    const asReader = { dataDir, env: { AFFIRM_NAME_URL: server.url, AFFIRM_NAME_KEY: key } };
    assert.match((await runCommand(['keys', 'list'], asReader)).stderr, /^forbidden: /);
    const keys = JSON.parse((await run('keys', 'list', '--json')).stdout).data;
    await run('keys', 'revoke', keys.find((each: { name: string }) => each.name === 'reader').id);
    assert.match((await runCommand(['jobs', 'list'], asReader)).stderr, /^invalid_token: /);
  });

  assert.equal((await server.end()).code, 0);

  await t.test('without a server: what to do, migrations, and a doctor who finds nothing wrong', async () => {
    const refused = await run('names', 'top');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^server_unreachable: No server answers at .*npm start/);
    assert.match((await run('migrate', 'status')).stdout, /1 +jobs +\d{4}-/);
    const doctor = await run('doctor');
    assert.equal(doctor.code, 0, doctor.stdout);
    assert.match(doctor.stdout, /^ok {4}database: PostgreSQL 18 answers$/m);
  });
});

test('the local admin key is not sent to another machine', async (t) => {
  const dataDir = dataFolder(t);
  writeFileSync(join(dataDir, 'admin-key'), `ak_12345678_${'x'.repeat(43)}\n`);
  const { stderr } = await runCommand(['keys', 'list'], {
    dataDir,
    env: { AFFIRM_NAME_URL: 'http://affirm-name.invalid' },
  });
  assert.match(stderr, /^server_unreachable: The connection to http:\/\/affirm-name\.invalid failed/);
});

test('help teaches with examples, and a doctor names what is wrong', async (t) => {
  const dataDir = dataFolder(t);
  const help = await runCommand(['--help'], { dataDir });
  assert.match(help.stdout, /affirm-name import names\.zip --country US/);
  for (const command of ['import', 'export', 'names'])
    assert.match((await runCommand([command, '--help'], { dataDir })).stdout, /Examples:/);
  assert.match((await runCommand(['--version'], { dataDir })).stdout, /^\d+\.\d+\.\d+\n$/);
  const useless = await runCommand(['import', 'a.csv', '--country', 'US', '--as', 'users'], { dataDir });
  assert.match(useless.stderr, /^invalid_option: --country does not go with --as users/);
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  const doctor = await runCommand(['doctor'], { dataDir, env });
  assert.equal(doctor.code, 1);
  assert.match(doctor.stdout, /^FAIL {2}database: /m);
});
