import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, parseHosts, parseSize, parseSwitch } from './config-values.ts';

const durations = {
  '250ms': 250,
  '30s': 30_000,
  '1.5h': 5_400_000,
  '2m': 120_000,
  '7d': 604_800_000,
  '0s': 0,
};
for (const [text, value] of Object.entries(durations)) {
  test(`${text} is ${value} ms`, () => assert.deepEqual(parseDuration(text), { value }));
}
for (const text of ['30', '', 's', '-1s', '1 s', '1w', '1e3s', '25d']) {
  test(`${JSON.stringify(text)} is no duration`, () => assert.ok('problem' in parseDuration(text)));
}

const sizes = { '0': 0, '1048576': 1_048_576, '16MiB': 16_777_216, '1.5 GiB': 1_610_612_736, '1kb': 1000 };
for (const [text, value] of Object.entries(sizes)) {
  test(`${text} is ${value} bytes`, () => assert.deepEqual(parseSize(text), { value }));
}
for (const text of ['', 'MiB', '-1', '1XB', '1e3', '99999999TiB']) {
  test(`${JSON.stringify(text)} is no size`, () => assert.ok('problem' in parseSize(text)));
}

test('a switch is on or off, nothing between', () => {
  for (const text of ['true', 'TRUE', '1', 'yes', 'on']) assert.deepEqual(parseSwitch(text), { value: true });
  for (const text of ['false', '0', 'no', 'off']) assert.deepEqual(parseSwitch(text), { value: false });
  for (const text of ['', 'maybe', '2']) assert.ok('problem' in parseSwitch(text));
});

test('hosts are written as URLs write them, each with the port it was given', () => {
  assert.deepEqual(
    parseHosts('Files.Internal, 10.0.0.5:9000, [FD00::05], s3.internal:080,münchen.example:443'),
    {
      value: ['files.internal', '10.0.0.5:9000', '[fd00::5]', 's3.internal:80', 'xn--mnchen-3ya.example:443'],
    },
  );
});
for (const text of [
  'http://files',
  'files/',
  'user@files',
  '*.internal',
  'files:99999',
  'fd00::5',
  'a b',
  '?',
  'a,#',
]) {
  test(`${JSON.stringify(text)} is no list of hosts`, () => assert.ok('problem' in parseHosts(text)));
}
