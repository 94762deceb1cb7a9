import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readIdempotencyKey, requireIdempotencyKey } from './idempotency-key.ts';

const good: Readonly<Record<string, string>> = {
  'bare-key': 'bare-key',
  '"quoted key"': 'quoted key',
  '"a \\"word\\" and \\\\"': 'a "word" and \\',
  ' padded ': 'padded',
  'half"way': 'half"way',
  ['k'.repeat(255)]: 'k'.repeat(255),
};

for (const [header, key] of Object.entries(good)) {
  test(`the header ${header.slice(0, 30)} holds the key ${key.slice(0, 30)}`, () => {
    assert.equal(readIdempotencyKey({ 'idempotency-key': header }), key);
  });
}

for (const header of ['', '""', '"', '"half', '"a"b', '"a\\x"', 'tab\there', 'é', 'k'.repeat(256)]) {
  test(`${JSON.stringify(header.slice(0, 30))} is no key`, () => {
    const code = { code: 'invalid_idempotency_key' };
    assert.throws(() => readIdempotencyKey({ 'idempotency-key': header }), code);
    assert.equal(readIdempotencyKey({}), undefined);
  });
}

test('a key may stand in the body, and must not differ from that of the header', () => {
  assert.equal(readIdempotencyKey({}, 'one'), 'one');
  assert.equal(readIdempotencyKey({ 'idempotency-key': '"one"' }, 'one'), 'one');
  const code = { code: 'idempotency_keys_differ' };
  assert.throws(() => readIdempotencyKey({ 'idempotency-key': 'two' }, 'one'), code);
  assert.throws(() => readIdempotencyKey({}, ''), { code: 'invalid_idempotency_key' });
});

test('where a key is required, its absence is said', () => {
  assert.equal(requireIdempotencyKey({}, 'one'), 'one');
  assert.throws(() => requireIdempotencyKey({}), { kind: 'invalid', code: 'idempotency_key_required' });
});

test('every printable text comes back from its quotation', () => {
  const printable = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      printable.filter((text) => /^[\x20-\x7e]+$/.test(text)),
      (text) => {
        const header = `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
        assert.equal(readIdempotencyKey({ 'idempotency-key': header }), text);
      },
    ),
  );
});
