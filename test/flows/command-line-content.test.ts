import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { affirmName, dataFolder, startProcess, until } from '#test/support/server.ts';

test('the command line moves users in and out, and mends what was refused', async (t) => {
  const dataDir = dataFolder(t);
  const server = await startProcess(t, dataDir);
  const run = (...words: string[]) => affirmName(server, ...words);
  const write = (name: string, text: string) => writeFileSync(join(dataDir, name), text);
  const read = (name: string) => readFileSync(join(dataDir, name));
  write(
    'users.csv',
    'mail,username,bio\nzoe@example.org,zoe,=1+1\nnobody,ali,\nkim@example.org,kim,""\nZOE@example.org,zoe2,\n',
  );
  let id = '';

  await t.test('an import tells its counts, its first errors, and how they are mended', async () => {
    const dry = await run('import', 'users.csv', '--as', 'users', '--mapping', 'mail=email', '--dry-run');
    assert.equal(dry.code, 0, dry.stderr + dry.stdout);
    assert.match(dry.stdout, /a dry run, so nothing was kept/);
    const { code, stdout } = await run('import', 'users.csv', '--as', 'users', '--mapping', 'mail=email');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /users\.csv: 4 records: 2 created, 2 refused; import [\w-]{36}\n/);
    assert.match(stdout, /line 3: \w+: .*\n.*line 5: duplicate_in_file: /);
    [, id = ''] = /imports rejects ([\w-]{36})/.exec(stdout) ?? [];
    const again = await run('import', 'users.csv', '--as', 'users', '--mapping', 'mail=email', '--strict');
    assert.equal(again.code, 1);
  });

  await t.test('imports are listed and shown, their errors and rejects fetched', async () => {
    assert.match(
      (await run('imports', 'list', '--as', 'users')).stdout,
      /users +users\.csv +completed +4 +2/,
    );
    assert.match((await run('imports', 'show', id)).stdout, /^created_count +2$/m);
    assert.match((await run('imports', 'errors', id)).stdout, /5 +duplicate_in_file .*line 2/);
    const rejects = await run('imports', 'rejects', id, '--out', 'rejects.csv');
    assert.equal(rejects.code, 0, rejects.stderr);
    const text = read('rejects.csv').toString();
    assert.match(text, /^_line,_errors,mail,username,bio\r?\n3,/);
    write('mended.csv', text.replace('nobody', 'ali@example.org'));
    const mapping = ['--mapping', 'mail=email'];
    const mended = await run('import', 'mended.csv', '--as', 'users', ...mapping, '--parent', id);
    assert.match(mended.stdout, /2 records: 1 created, 1 refused/);
    assert.match((await run('imports', 'cancel', id)).stderr, /^job_ended: /);
  });

  await t.test('an export is a stream, or a file that the server makes', async () => {
    const csv = await run('export', 'users', '--fields', 'email,bio', '--where', 'username=zoe');
    assert.equal(csv.stdout, "email,bio\nzoe@example.org,'=1+1\n");
    const plain = await run('export', 'users', '--fields', 'bio,username', '--no-escape-formulas');
    assert.equal(plain.stdout, 'bio,username\n=1+1,zoe\n"",kim\n,ali\n');
    const packed = await run('export', 'users', '--format', 'ndjson', '--gzip', '--out', 'users.ndjson.gz');
    assert.equal(packed.code, 0, packed.stderr);
    const lines = gunzipSync(read('users.ndjson.gz')).toString().trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { username: string }).username),
      ['zoe', 'kim', 'ali'],
    );

    const made = (await run('export', 'users', '--background')).stdout.trim();
    await until(
      async () => /completed/.test((await run('exports', 'show', made)).stdout),
      'the export is completed',
    );
    assert.match((await run('exports', 'list')).stdout, new RegExp(`${made} +users +csv +completed +3`));
    assert.equal((await run('exports', 'download', made, '--out', 'users.out')).code, 0);
    assert.equal(read('users.out').toString(), (await run('export', 'users')).stdout);
  });

  await t.test('a table is worked on, its result fetched, its refused records told', async () => {
    write('people.csv', 'id;name\n007;Ada\n8\n9;Bo\n');
    const options = JSON.stringify({
      columns: ['name'],
      where: [{ column: 'id', is: 'not_equals', value: '9' }],
    });
    const words = ['task', 'run', 'people.csv', '--operation', 'select'];
    const done = await run(...words, '--options', options);
    assert.equal(done.code, 0, done.stderr);
    assert.match(
      done.stderr,
      /3 records: 1 written, 1 filtered, 1 refused; task [\w-]{36}\n.*line 3: missing_cell/,
    );
    assert.equal(read('people-select.csv').toString(), 'name\nAda\n');
    const [, taskId = ''] = /task ([\w-]{36})/.exec(done.stderr) ?? [];
    assert.match(
      (await run('task', 'list', '--status', 'completed')).stdout,
      new RegExp(`${taskId} +select +people`),
    );
    assert.match((await run('task', 'show', taskId)).stdout, /^records_rejected +1$/m);
    assert.equal((await run('task', 'result', taskId, '--out', '-')).stdout, 'name\nAda\n');
    assert.match((await run('task', 'rejects', taskId)).stdout, /^_line,?;?_errors;id;name\n3;/);
    assert.match((await run('task', 'operations')).stdout, /^convert +/m);
    const refused = await run(...words, '--options', '{"columns":["x"]}');
    assert.match(refused.stderr, /unknown_column: "people\.csv" has no column "x"/);
    assert.match((await run('task', 'cancel', taskId)).stderr, /^job_ended: /);
  });

  await t.test('what does not exist is told, and leaves no file', async () => {
    const missing = await run('imports', 'rejects', '00000000-0000-4000-8000-000000000000', '--out', 'x.csv');
    assert.match(missing.stderr, /^not_found: /);
    assert.throws(() => read('x.csv'), /ENOENT/);
    const refused = await run('import', 'http://127.0.0.1/users.csv', '--as', 'users');
    assert.match(refused.stdout, /users\.csv: url_not_allowed: /);
    const foreign = await run('export', 'users', '--where', 'colour=red');
    assert.match(foreign.stderr, /^invalid_request: /);
  });
});
