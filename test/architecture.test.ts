import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { hiddenTests, violations } from './support/architecture.ts';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCES = paths('**/*.ts', join(ROOT, 'src'));

test('every source file keeps to its layer, its permissions and its size', () => {
  assert.ok(SOURCES.length > 100);
  assert.deepEqual(
    SOURCES.flatMap((file) => violations(file, read('src', file)).map((problem) => `${file}: ${problem}`)),
    [],
  );
});

test('no test hides itself or others', () => {
  const tests = paths('{src,test,scripts,bench}/**/*.test.ts', ROOT);
  assert.ok(tests.length > 50);
  assert.deepEqual(
    tests.flatMap((file) => (file.endsWith('architecture.test.ts') ? [] : hiddenTests(read(file)))),
    [],
  );
});

/** Probes: what each rule must refuse, so that a rule which stopped working is noticed. */
const REFUSED: readonly [file: string, text: string, problem: RegExp][] = [
  ['engine/jobs/x.ts', `import { a } from '#products/names/index.ts';`, /engine must not know/],
  ['engine/jobs/x.ts', `import type { A } from '../../products/names/name-count.ts';`, /engine must not/],
  ['platform/http/x.ts', `export { a } from '#engine/jobs/worker.ts';`, /platform must not know/],
  ['platform/http/x.ts', `const a = await import('#engine/jobs/worker.ts');`, /platform must not know/],
  ['products/tasks/x.ts', `import { a } from '#products/names/index.ts';`, /tasks must not know/],
  ['products/tasks/x.test.ts', `import { a } from '../names/index.ts';`, /tasks must not know/],
  ['products/names/x.ts', `import { a } from '#bin/version.ts';`, /products must not know bin/],
  ['bin/x.ts', `import { a } from '#products/names/parsers/index.js';`, /by its index\.ts/],
  ['bin/x.ts', `import {\n  a,\n} from '#products/names/name-count.ts';`, /by its index\.ts/],
  ['engine/jobs/x.ts', `import { sql } from '#platform/postgres/sql.ts';`, /SQL stands in/],
  ['bin/x.ts', `import { sql } from '../platform/postgres/sql.ts';`, /SQL stands in/],
  ['engine/jobs/x.ts', `import type { Config } from '#platform/config.ts';`, /hands each part down/],
  ['engine/jobs/x.ts', `import { Pool } from 'pg';`, /the only door/],
  ['engine/jobs/x.ts', `import { from } from 'pg-copy-streams';`, /the only door/],
  ['engine/jobs/x.ts', `import { connect } from 'amqplib';`, /the only door/],
  ['products/tasks/x.ts', `import { DuckDBInstance } from '@duckdb/node-api';`, /the only door/],
  ['bin/x.ts', `import cors from '@fastify/cors';`, /sets the server up/],
  ['products/names/x.ts', `import { request } from 'node:https';`, /the only door/],
  ['products/names/x.ts', `import { defineJob } from '#engine/jobs/define-job.ts';`, /in \*\.job\.ts/],
  ['engine/jobs/x.ts', `const a = process.env['A'];`, /process\.env is read/],
  ['products/names/x.ts', `app.get('/v1/names', {}, list);`, /paths are registered/],
  ['products/names/x.ts', `app.post(\n  '/v1/names', create);`, /paths are registered/],
  ['products/names/x.ts', `registerList(app, {});`, /paths are registered/],
  ['products/names/x.ts', 'const a = `SELECT 1`;', /SQL stands in/],
  ['products/names/x.ts', `session.copyIn('COPY name_series FROM STDIN');`, /SQL stands in/],
  ['engine/utils/x.ts', '', /named after what/],
  ['products/names/x.ts', 'a;\n'.repeat(301), /301 lines/],
  ['products/names/x.test.ts', 'a;\n'.repeat(301), /301 lines/],
];

for (const [file, text, problem] of REFUSED) {
  test(`refused in ${file}: ${text.slice(0, 70).replaceAll('\n', ' ')}`, () => {
    assert.match(violations(file, text).join('\n'), problem);
  });
}

const ALLOWED: readonly [file: string, text: string][] = [
  ['bin/compose.ts', `import { namesRoutes } from '#products/names/index.ts';`],
  ['bin/settings.ts', `import { loadConfig } from '#platform/config.ts'; loadConfig(process.env);`],
  ['products/names/a.query.ts', `import { sql } from '#platform/postgres/sql.ts'; sql\`SELECT 1\`;`],
  ['products/names/a.test.ts', `import { sql } from '#platform/postgres/sql.ts'; sql\`SELECT 1\`;`],
  ['products/names/a.job.ts', `import { defineJob } from '#engine/jobs/define-job.ts';`],
  ['products/names/a.ts', `import type { JobDefinition } from '#engine/jobs/define-job.ts';`],
  ['products/names/a.route.ts', `app.get('/v1/names', {}, list);`],
  ['products/names/a.ts', `// Reads process.env, says 'SELECT x' and '#bin/main.ts'.\nmap.get('name');`],
  ['engine/jobs/a.ts', `import type { ServerResponse } from 'node:http';`],
  ['platform/postgres/a.ts', `import { Client } from 'pg';`],
  ['engine/jobs/a.ts', 'a;\n'.repeat(300)],
];

for (const [file, text] of ALLOWED) {
  test(`allowed in ${file}: ${text.slice(0, 70).replaceAll('\n', ' ')}`, () => {
    assert.deepEqual(violations(file, text), []);
  });
}

test('a hidden test is found, a skip with its reason is not one', () => {
  for (const text of [`test.only('a', f)`, `it.skip('a', f)`, `test('a', { skip: true }, f)`, `t.skip();`])
    assert.equal(hiddenTests(text).length, 1, text);
  assert.deepEqual(hiddenTests(`test('a', { skip: whyNot() }, f); t.skip('no disk'); ledger.skip('x')`), []);
});

function paths(pattern: string, cwd: string): string[] {
  return globSync(pattern, { cwd }).map((path) => path.replaceAll('\\', '/'));
}

function read(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), 'utf8');
}
