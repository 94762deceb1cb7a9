import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonValue } from '#engine/ingestion/json-text.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { createNdjsonReader } from '#engine/ingestion/ndjson-reader.ts';
import { suiteFile, suiteFiles, withoutSuites } from '#test/support/csv-suites.ts';

/** Texts that RFC 8259 allows and an import cannot take. */
const REFUSED_BY_US: Readonly<Record<string, string>> = {
  'y_object_duplicated_key.json': 'json_invalid',
  'y_object_duplicated_key_and_value.json': 'json_invalid',
  'y_object_escaped_null_in_key.json': 'invalid_character',
  'y_string_null_escape.json': 'invalid_character',
};

/** The codes that a text may be refused with where the RFC leaves it open. */
const OPEN = new Set(['json_invalid', 'invalid_character', 'encoding_error']);

describe('JSONTestSuite, each text as a value in a line of NDJSON', { skip: withoutSuites }, () => {
  for (const name of suiteFiles('json-test-suite', '.json')) {
    test(name, () => {
      const text = suiteFile(`json-test-suite/${name}`);
      const { values, codes } = read(inObject(name.startsWith('y_') ? withoutLineEnds(text) : text));
      const expected = REFUSED_BY_US[name];
      if (expected !== undefined) assert.deepEqual({ values, codes }, { values: [], codes: [expected] });
      else if (name.startsWith('y_')) {
        assert.deepEqual(codes, []);
        assert.equal(
          asJson(values[0] ?? null),
          `{"value":${asJson(JSON.parse(text.toString()) as JsonValue)}}`,
        );
      } else if (name.startsWith('n_')) assert.ok(values.length === 0 && codes.length > 0);
      else assert.ok(values.length + codes.length === 1 && codes.every((code) => OPEN.has(code)));
    });
  }
});

test(
  'JSONTestSuite, each text as a line of its own: only objects are records',
  { skip: withoutSuites },
  () => {
    for (const name of suiteFiles('json-test-suite', '.json')) {
      const text = suiteFile(`json-test-suite/${name}`);
      const { values, codes } = read(name.startsWith('y_') ? withoutLineEnds(text) : text);
      const isObject = name.startsWith('y_') && /^\s*\{/.test(text.toString());
      if (isObject && !(name in REFUSED_BY_US)) assert.deepEqual([values.length, codes], [1, []], name);
      else if (!name.startsWith('i_')) assert.deepEqual(values, [], name);
    }
  },
);

function inObject(text: Buffer): Buffer {
  return Buffer.concat([Buffer.from('{"value":'), text, Buffer.from('}')]);
}

/** Between the tokens of a JSON text a line end is a blank, and it is nowhere else. */
function withoutLineEnds(text: Buffer): Buffer {
  return Buffer.from(text.toString('latin1').replaceAll(/[\r\n]/g, ' '), 'latin1');
}

/** Like JSON.parse, JSON.stringify knows no bigint. */
function asJson(value: JsonValue): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner));
}

function read(bytes: Buffer): { values: JsonValue[]; codes: string[] } {
  const values: JsonValue[] = [];
  const codes: string[] = [];
  const reader = createNdjsonReader({
    limits: DEFAULT_LIMITS,
    onRecord: ({ value }) => values.push(value),
    onError: ({ errors }) => codes.push(...errors.map(({ code }) => code)),
  });
  reader.push(bytes);
  reader.end();
  return { values, codes };
}
