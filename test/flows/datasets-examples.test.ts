import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteExample } from '#platform/http/access-rule.ts';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-example'?: RouteExample;
}

const names = await startNamesServer(await testDatabase());
const { body: document } = await names.request('GET', '/openapi.json');
const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const OURS = /^\/v1\/(?:countries|datasets|parsers)/;
const operations = Object.entries(paths)
  .filter(([path]) => OURS.test(path))
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method, path, operation] as const),
  );

test('the routes of countries, parsers and datasets are documented', () => {
  assert.ok(operations.length >= 30, `${operations.length} operations`);
});

for (const [method, path, operation] of operations) {
  test(`${method.toUpperCase()} ${path} has words, and its example works`, async () => {
    const { summary, description, tags = [], responses, security } = operation;
    assert.ok(summary && description && tags.length === 1, 'summary, description, tag');
    assert.ok(Array.isArray(security) && responses['default']);
    const example = operation['x-example'];
    assert.ok(example);
    const { status } = await send(method, path, example);
    const expected = example.status;
    assert.ok(
      expected === undefined ? status >= 200 && status < 300 : status === expected,
      `status ${status}`,
    );
  });
}

async function send(method: string, path: string, example: RouteExample): Promise<Response> {
  const { params = {}, query = {}, body, headers = {} } = example;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  const words = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const type = body === undefined || headers['content-type'] ? {} : { 'content-type': 'application/json' };
  return fetch(`${names.url}${filled}?${words.toString()}`, {
    method: method.toUpperCase(),
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}
