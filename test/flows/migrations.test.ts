import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { createMigration, migrateDown, migrateUp, migrationStatus } from '#platform/postgres/migrate.ts';
import { MIGRATIONS, readMigrations } from '#platform/postgres/migrate-files.ts';
import { emptyDatabase } from '#test/support/database.ts';
import { MIGRATION_ROWS } from '#test/support/migration-rows.ts';
import { describeSchema } from '#test/support/schema.ts';

test('up, down and up again give the same schema after every step', async (t) => {
  const { url, client } = await openEmpty(t);
  const steps = readMigrations(MIGRATIONS).length;
  const schemas: string[][] = [];
  // Makes the table of the migrations, which is there before the first of them.
  await migrationStatus(url);
  for (let step = 0; step < steps; step++) {
    schemas.push(await describeSchema(client));
    assert.equal((await migrateUp(url, { steps: 1 })).length, 1);
  }
  const complete = await describeSchema(client);
  for (const schema of schemas.toReversed()) {
    assert.equal((await migrateDown(url, 1)).length, 1);
    assert.deepEqual(await describeSchema(client), schema);
  }
  await migrateUp(url);
  assert.deepEqual(await describeSchema(client), complete);
});

test('a filled database goes down and up as well', async (t) => {
  const { url, client } = await openEmpty(t);
  const all = await migrateUp(url);
  const complete = await describeSchema(client);
  for (const statement of MIGRATION_ROWS) assert.ok((await client.query(statement)).rowCount, statement);
  assert.deepEqual(await emptyTables(client), [], 'tables without a row in test/support/migration-rows.ts');

  assert.equal((await migrateDown(url, all.length)).length, all.length);
  assert.deepEqual(await migrateUp(url), all);
  assert.deepEqual(await describeSchema(client), complete);
});

test('a failed file leaves nothing and is named with its line', async (t) => {
  const { url, client } = await openEmpty(t);
  const directory = temporaryMigrations(t);
  writeFileSync(createMigration('Good one', directory).upFile, 'CREATE TABLE good (a int);');
  writeFileSync(
    createMigration('Bad one', directory).upFile,
    'CREATE TABLE half (a int);\n\nCREATE TABEL other ();',
  );
  await assert.rejects(migrateUp(url, { directory }), {
    code: 'migration_failed',
    message: /0002_bad_one\.up\.sql, line 3/,
  });
  assert.equal(await tableExists(client, 'good'), true);
  assert.equal(await tableExists(client, 'half'), false);
});

test('a file that changed after it was applied is named', async (t) => {
  const { url } = await openEmpty(t);
  const directory = temporaryMigrations(t);
  const { upFile } = createMigration('Names', directory);
  await migrateUp(url, { directory });
  writeFileSync(upFile, readFileSync(upFile, 'utf8').replaceAll('\n', '\r\n'));
  await migrateUp(url, { directory });
  appendFileSync(upFile, 'SELECT 1;');
  const refusal = { code: 'migration_changed', message: /0001_names\.up\.sql/ };
  await assert.rejects(migrateUp(url, { directory }), refusal);
  await assert.rejects(migrationStatus(url, { directory }), refusal);
});

test('a database that a later release has migrated is refused', async (t) => {
  const { url } = await openEmpty(t);
  const [old, later] = [temporaryMigrations(t), temporaryMigrations(t)];
  createMigration('First', old);
  cpSync(old, later, { recursive: true });
  createMigration('Second', later);
  await migrateUp(url, { directory: later });
  await assert.rejects(migrateUp(url, { directory: old }), {
    code: 'schema_too_new',
    message: /2 \(second\)/,
  });
});

test('a file numbered below an applied one is refused', async (t) => {
  const { url } = await openEmpty(t);
  const directory = temporaryMigrations(t);
  const { upFile, downFile } = createMigration('First', directory);
  createMigration('Second', directory);
  const held = [upFile, downFile].map((file) => ({ file, text: readFileSync(file) }));
  for (const { file } of held) rmSync(file);
  await migrateUp(url, { directory });
  for (const { file, text } of held) writeFileSync(file, text);
  await assert.rejects(migrateUp(url, { directory }), {
    code: 'migration_out_of_order',
    message: /0001_first/,
  });
});

test('of processes that start at once, one applies and the others wait for it', async (t) => {
  const { url } = await openEmpty(t);
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrateUp(url)));
  const total = readMigrations(MIGRATIONS).length;
  assert.deepEqual(
    applied.map(({ length }) => length).sort((a, b) => b - a),
    [total, 0, 0, 0],
  );
});

test('status lists what is applied and what is to come', async (t) => {
  const { url } = await openEmpty(t);
  const directory = temporaryMigrations(t);
  createMigration('First', directory);
  createMigration('Second table, with "quotes"', directory);
  await migrateUp(url, { directory, steps: 1 });
  const [first, second] = await migrationStatus(url, { directory });
  assert.ok(first?.appliedAt instanceof Date);
  assert.deepEqual(second, { version: 2, title: 'second_table_with_quotes', appliedAt: null });
});

async function openEmpty(t: TestContext): Promise<{ url: string; client: Client }> {
  const url = await emptyDatabase(t);
  const client = new Client(url);
  await client.connect();
  t.after(() => client.end());
  return { url, client };
}

function temporaryMigrations(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'affirm-name-migrations-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function emptyTables(client: Client): Promise<string[]> {
  const tables = await client.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  const empty: string[] = [];
  for (const { name } of tables.rows) {
    const { rowCount } = await client.query(`SELECT FROM ${name} LIMIT 1`);
    if (rowCount === 0) empty.push(name);
  }
  return empty;
}

async function tableExists(client: Client, name: string): Promise<boolean> {
  return (await client.query('SELECT to_regclass($1) AS found', [name])).rows[0].found !== null;
}
