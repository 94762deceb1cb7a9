import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureAdminKey } from '#engine/access/admin-key.ts';
import { newApiKey } from '#engine/access/api-key.ts';
import { createAuthorize } from '#engine/access/authorize.ts';
import { createLogger } from '#platform/observability/log.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';

test('a changed BOOTSTRAP_ADMIN_KEY revokes the former one; the same one again changes nothing', async (t) => {
  const { pool } = await testDatabase(t);
  const authorize = createAuthorize(pool, {
    publicRead: true,
    log: createLogger({ level: 'silent', format: 'json' }),
  });
  const roleOf = async (key: string): Promise<string> =>
    (await authorize({ rule: 'admin', scope: undefined, authorization: `Bearer ${key}` })).role;
  const [first, second] = [newApiKey().text, newApiKey().text];
  await ensureAdminKey(pool, { bootstrapKey: first });
  await Promise.all([1, 2, 3].map(() => ensureAdminKey(pool, { bootstrapKey: first })));
  assert.equal(await roleOf(first), 'admin');
  await ensureAdminKey(pool, { bootstrapKey: second });
  assert.equal(await roleOf(second), 'admin');
  await assert.rejects(roleOf(first), { code: 'invalid_token' });
  const { warnings } = await ensureAdminKey(pool, { bootstrapKey: first });
  assert.match(warnings[0] ?? '', /was revoked/);
  await assert.rejects(roleOf(first), { code: 'invalid_token' });
});

test('the embedded mode keeps its admin key in a file of its owner, and finds it again', async (t) => {
  const { pool } = await testDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), 'admin-key-'));
  t.after(() => rm(folder, { recursive: true }));
  const adminKeyFile = join(folder, 'data', 'admin-key');
  const first = await ensureAdminKey(pool, { adminKeyFile });
  assert.equal((await readFile(adminKeyFile, 'utf8')).trim(), first.created);
  assert.equal((await stat(adminKeyFile)).mode & 0o777, 0o600);
  assert.deepEqual(await ensureAdminKey(pool, { adminKeyFile }), { warnings: [] });

  const other = await testDatabase(t);
  assert.deepEqual(await ensureAdminKey(other.pool, { adminKeyFile }), { warnings: [] });
  const authorize = createAuthorize(other.pool, {
    publicRead: true,
    log: createLogger({ level: 'silent', format: 'json' }),
  });
  const request = { rule: 'admin', scope: undefined, authorization: `Bearer ${first.created}` } as const;
  assert.equal((await authorize(request)).name, 'local admin');

  await other.pool.run('test', sql`UPDATE api_keys SET revoked_at = now()`);
  const renewed = await ensureAdminKey(other.pool, { adminKeyFile });
  assert.match(renewed.created ?? '', /^ak_/);
  assert.notEqual(renewed.created, first.created);
});

test('BOOTSTRAP_ADMIN_KEY with a known id: a new secret replaces the old one, a foreign key is never taken over', async (t) => {
  const { pool } = await testDatabase(t);
  const log = createLogger({ level: 'silent', format: 'json' });
  const authorize = createAuthorize(pool, { publicRead: true, log });
  const roleOf = async (key: string): Promise<string> =>
    (await authorize({ rule: 'admin', scope: undefined, authorization: `Bearer ${key}` })).role;
  const first = newApiKey();
  const changed = `ak_${first.keyId}_${newApiKey().text.slice(-43)}`;
  await ensureAdminKey(pool, { bootstrapKey: first.text });
  await ensureAdminKey(pool, { bootstrapKey: changed });
  assert.equal(await roleOf(changed), 'admin');
  await assert.rejects(roleOf(first.text), { code: 'invalid_token' });

  await pool.run('test', sql`UPDATE api_keys SET source = 'api'`);
  await assert.rejects(ensureAdminKey(pool, { bootstrapKey: first.text }), /another key has already/);
  assert.equal(await roleOf(changed), 'admin');
});
