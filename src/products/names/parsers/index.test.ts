import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { sourceOf } from '#test/support/parser-reading.ts';
import { dialectOfSample, readHead, sampleFile } from '../tables/table-head.ts';
import { NAME_PARSERS } from './index.ts';

test('parsers have ids of their own, which begin with their country', () => {
  const ids = NAME_PARSERS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, country } of NAME_PARSERS) {
    assert.match(id, /^[a-z]{2}_[a-z0-9_]+$/);
    assert.equal(id.slice(0, 2).toUpperCase(), country);
  }
});

test('the codes of areas begin with their country, and the parents of deeper ones are there', () => {
  for (const { id, country, areas } of NAME_PARSERS) {
    for (const code of Object.keys(areas)) {
      assert.match(code, /^[A-Z]{2}(-[A-Z0-9]+)+$/, id);
      assert.ok(code.startsWith(`${country}-`), `${id}: ${code}`);
      const parent = code.slice(0, code.lastIndexOf('-'));
      assert.ok(parent === country || parent in areas, `${id}: ${code} lies in ${parent}`);
    }
  }
});

for (const { id, sampleFormat } of NAME_PARSERS) {
  test(`the sample of ${id} is recognized by ${id}`, async () => {
    const sample = await sampleFile(sourceOf({ file: 'sample.csv', text: sampleFormat }));
    const fitting = NAME_PARSERS.filter((parser) =>
      parser.recognize(readHead(sample, dialectOfSample(sample, parser.dialect), DEFAULT_LIMITS)),
    );
    assert.ok(
      fitting.some((parser) => parser.id === id),
      fitting.map((parser) => parser.id).join(', '),
    );
  });
}
