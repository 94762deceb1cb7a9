import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApiKey, parseApiKey, sameHash } from './api-key.ts';

test('a new key has the documented form and 256 random bits', () => {
  const key = newApiKey();
  assert.match(key.text, /^ak_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/);
  assert.equal(key.hash.length, 32);
  assert.notEqual(newApiKey().text, key.text);
});

test('a key is read back as it was made', () => {
  const key = newApiKey();
  assert.deepEqual(parseApiKey(key.text), key);
});

const secret = 'x'.repeat(43);
const noKeys = [
  '',
  'ak_',
  `ak_short_${secret}`,
  `ak_12345678_${secret}x`,
  `AK_12345678_${secret}`,
  ` ak_12345678_${secret}`,
];

for (const text of noKeys) {
  test(`${JSON.stringify(text)} is no key`, () => assert.equal(parseApiKey(text), undefined));
}

test('two hashes are the same only when every byte is', () => {
  const { hash } = newApiKey();
  assert.equal(sameHash(hash, Buffer.from(hash)), true);
  assert.equal(sameHash(hash, newApiKey().hash), false);
  assert.equal(sameHash(hash, hash.subarray(1)), false);
});
