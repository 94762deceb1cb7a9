import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ResourceField } from '#engine/imports/resource.ts';
import { CONTENT_RESOURCES } from '../index.ts';
import { readTags, splitTags } from './tags-field.ts';
import { readTime } from './time-field.ts';

const FIELDS = CONTENT_RESOURCES.flatMap(({ name, fields }) =>
  fields.map((field) => [`${name}.${field.name}`, field] as const),
);

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      'Z',
      'İ',
      'ß',
      '@',
      '.',
      '-',
      '_',
      '|',
      '\\',
      '"',
      ' ',
      '\0',
      '\ud800',
      '0',
      '9',
    ),
  }),
);

for (const [name, field] of FIELDS) {
  test(`${name} reads any text without an error, and its stored form as itself`, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = field.read(text);
        if ('fault' in result || result.value === null || field.type === 'text[]') return;
        assert.ok(result.value.isWellFormed() && !result.value.includes('\0'));
        assert.deepEqual(readAgain(field, result.value), result);
      }),
      { numRuns: 300 },
    );
  });
}

function readAgain(field: ResourceField, value: string): unknown {
  return field.read(value);
}

test('tags in one cell are what they were before they were joined', () => {
  const tag = fc.string({ unit: fc.constantFrom('a', '|', '\\', '"', ' ', '{', ',', 'é'), minLength: 1 });
  fc.assert(
    fc.property(fc.array(tag, { minLength: 1 }), (tags) => {
      const cell = tags.map((text) => text.replaceAll(/[\\|]/g, '\\$&')).join('|');
      assert.deepEqual(splitTags(cell), tags);
    }),
  );
});

test('a list keeps its order and says each tag once', () => {
  const tag = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 20 }), (tags) => {
      const expected = tags.filter((text, at) => tags.indexOf(text) === at);
      assert.deepEqual(readTags(tags), { value: `{${expected.map((text) => `"${text}"`).join(',')}}` });
    }),
  );
});

test('every moment to the microsecond is taken as it is', () => {
  const moment = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moment, fc.integer({ min: 0, max: 999 }), (date, micros) => {
      const text = date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
      assert.deepEqual(readTime(text), { value: text });
    }),
  );
});
