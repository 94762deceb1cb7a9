import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { connect } from '#platform/postgres/database.ts';
import { dataFolder, until } from '#test/support/server.ts';
import { startServe } from '#test/support/serve-process.ts';
import { ask, type ContentServer, imported, json } from './content-scene.ts';

const SECRET = 'staple-Xq7vT2mB9';
const KEPT = '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW';

const CSV = [
  'email,username,password',
  `ann@example.org,ann,${SECRET}-1`,
  `bob@example.org,bob,"${SECRET}-2, with ""quotes"""`,
  `carl@example.org,carl,${KEPT}`,
  'dora@example.org,dora,',
  `no address,emil,${SECRET}-3`,
  `fred@example.org,fred,${SECRET}${'x'.repeat(1100)}`,
  `ann@example.org,again,${SECRET}-4`,
  `gus@example.org,gus,${SECRET}-5,${SECRET}-one-cell-more`,
  `hal@example.org,hal,"${SECRET}-6`,
].join('\r\n');

const NDJSON = [
  JSON.stringify({ email: 'ida@example.org', username: 'ida', password: `${SECRET}-7` }),
  JSON.stringify({ email: 'jim@example.org', username: 'jim', password: { plain: `${SECRET}-8` } }),
  JSON.stringify({ email: 'kim', username: 'kim', password: `${SECRET}-9` }),
  `{"email":"lea@example.org","username":"lea","password":"${SECRET}-10"`,
].join('\n');

/** Files below the folder that hold the text; those that end while we look do not count. */
function filesWith(folder: string, text: string): string[] {
  return globSync('**/*', { cwd: folder }).filter((file) => {
    const path = join(folder, file);
    try {
      return statSync(path).isFile() && readFileSync(path).includes(text);
    } catch {
      return false;
    }
  });
}

async function answersOf(server: ContentServer, id: string): Promise<string> {
  const paths = ['', '/errors', '/errors.csv', '/errors.ndjson', '/rejects', '/events'];
  const texts = await Promise.all(
    paths.map(async (path) => (await ask(server, `/v1/imports/${id}${path}`)).text()),
  );
  return texts.join('\n');
}

test('a password is nowhere once its import has ended: not in database, files, logs or answers', async (t) => {
  const folder = dataFolder(t);
  const server = await startServe(folder, { LOG_LEVEL: 'trace', SLOW_QUERY: '0s' });
  t.after(() => server.stop());

  const ends = [
    await imported(server, 'users', CSV),
    await imported(server, 'users', gzipSync(NDJSON), { filename: 'users.ndjson.gz' }),
    await imported(server, 'users', CSV, { dry_run: 'true' }),
    await imported(server, 'users', CSV.replaceAll('@', '@more.'), { mode: 'atomic', status: 'failed' }),
    await imported(server, 'users', CSV, { on_conflict: 'update' }),
  ];
  assert.deepEqual([ends[0].created_count, ends[0].fail_count], [4, 5]);
  assert.deepEqual([ends[1].created_count, ends[1].fail_count], [1, 3]);
  for (const { job_id: id } of ends) {
    // A failed import is cleaned up after by a job of its own.
    const isDeleted = async (): Promise<boolean> =>
      (await json(server, `/v1/imports/${id}`)).file_deleted_at !== null;
    await until(isDeleted, `the upload of ${id} is removed`);
    assert.ok(!(await answersOf(server, id)).includes(SECRET), id);
  }
  const exports = await ask(server, '/v1/exports?resource=users&format=csv');
  const lists = JSON.stringify(await json(server, '/v1/users'));
  assert.doesNotMatch((await exports.text()) + lists, /password|scrypt|\$2b\$|staple/);

  const client = await connect(server.databaseUrl, 'affirm-name test');
  const { rows } = await client.query('SELECT username, password_hash AS hash FROM users ORDER BY no');
  await client.query('CHECKPOINT');
  await client.end();
  const hashes = new Map(rows.map(({ username, hash }) => [username, hash]));
  assert.match(hashes.get('ann'), /^\$scrypt\$ln=14,r=8,p=5\$/);
  assert.deepEqual([hashes.get('carl'), hashes.get('dora')], [KEPT, null]);

  await server.stop();
  assert.deepEqual(filesWith(folder, SECRET), []);
  assert.ok(!server.output().includes(SECRET));
  // What the search would find if it were there.
  assert.ok(filesWith(folder, 'dora@example.org').length > 0);
});
