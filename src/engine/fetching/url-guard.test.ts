import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '#platform/errors.ts';
import type { HostAddress } from '#platform/http/send-request.ts';
import { checkUrl, type Resolve, type UrlRules, vettedAddresses } from './url-guard.ts';

const rules: UrlRules = { allowedHosts: [] };
const isRefused = (error: unknown): boolean =>
  error instanceof AppError && error.kind === 'unprocessable' && error.code === 'url_not_allowed';

const allowed = [
  'http://example.com/',
  'https://example.com/users.csv?token=1#part',
  'HTTPS://EXAMPLE.com:443/',
  'http://example.com:80/a',
  'https://example.com:80/',
  'http://8.8.8.8/x',
  'https://[2606:4700::1111]/x',
  'http://münchen.example/',
];
for (const text of allowed) {
  test(`${text} may be fetched`, () => assert.equal(checkUrl(text, rules).href, new URL(text).href));
}

const refused = {
  'no URL': [
    '',
    'example.com/x',
    '/users.csv',
    'http://',
    'https://exa mple.com/',
    'http://a/'.padEnd(9000, 'a'),
  ],
  'another scheme': [
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'data:text/csv,a',
    'javascript:1',
    'ws://example.com/',
    'blob:http://example.com/x',
    'unix:/var/run/docker.sock',
  ],
  'user name or password': [
    'http://user@example.com/',
    'http://user:pass@example.com/',
    'http://:pass@example.com/',
    'http://example.com@8.8.8.8/',
    'http://a%40b@example.com/',
  ],
  'an odd port': [
    'http://example.com:22/',
    'http://example.com:8080/',
    'https://example.com:8443/',
    'http://example.com:0/',
    'http://8.8.8.8:6379/',
  ],
  'a private address': [
    'http://127.0.0.1/',
    'http://10.1.2.3/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::]/',
    'http://[fd00::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
  ],
  'a private address in disguise': [
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://127.0.0.1./',
    'http://①②⑦.⓪.⓪.①/',
    'http://127。0。0。1/',
    'http://%31%32%37.0.0.1/',
    'http:\\\\127.0.0.1\\',
    'http:127.0.0.1',
    '  http://127.0.0.1/',
    'ht\ttp://127.0.0.1/',
  ],
  'a zone': ['http://[fe80::1%25eth0]/', 'http://[fe80::1%eth0]/', 'http://[2606:4700::1111%251]/'],
  'a name of this machine': [
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://x.localhost./',
  ],
};
for (const [why, texts] of Object.entries(refused)) {
  for (const text of texts) {
    test(`${why}: ${JSON.stringify(text).slice(0, 60)}`, () =>
      assert.throws(() => checkUrl(text, rules), isRefused));
  }
}

test('a host of the operator may be private, on the ports that it was named with', () => {
  const own: UrlRules = { allowedHosts: ['files.internal', '10.0.0.5:9000', '[::1]:8080', 'localhost'] };
  for (const text of [
    'http://files.internal/a',
    'https://FILES.internal/',
    'http://10.0.0.5:9000/',
    'http://[::1]:8080/',
    'http://[0:0::1]:8080/',
    'http://localhost/',
  ])
    assert.equal(checkUrl(text, own).href, new URL(text).href);
  for (const text of [
    'http://files.internal:9000/',
    'http://10.0.0.5/',
    'http://10.0.0.6:9000/',
    'http://[::1]/',
    'http://a.files.internal:81/',
    'http://user@files.internal/',
    'ftp://files.internal/',
    'http://127.0.0.1/',
  ])
    assert.throws(() => checkUrl(text, own), isRefused, text);
});

function answering(...addresses: string[]): Resolve {
  return () =>
    Promise.resolve(
      addresses.map((address): HostAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}

test('a name is refused when any of its addresses is not public, wherever it stands', async () => {
  const url = new URL('http://mixed.example/');
  const open = ['93.184.216.34', '2606:4700::1111'];
  for (const closed of [
    '127.0.0.1',
    '10.0.0.1',
    '::1',
    'fe80::1%eth0',
    '::ffff:192.168.0.1',
    'fd00::1',
    '64:ff9b::a00:1',
  ])
    for (const answer of [
      [closed],
      [...open, closed],
      [closed, ...open],
      ['93.184.216.34', closed, '2606:4700::1111'],
    ])
      await assert.rejects(
        vettedAddresses(url, { allowedHosts: [], resolve: answering(...answer) }),
        isRefused,
      );
  const vetted = await vettedAddresses(url, { allowedHosts: [], resolve: answering(...open) });
  assert.deepEqual(
    vetted.map(({ address }) => address),
    open,
  );
});

test('a zone is refused even of a host of the operator', async () => {
  const own = { allowedHosts: ['files.internal'], resolve: answering('fe80::1%eth0') };
  await assert.rejects(vettedAddresses(new URL('http://files.internal/'), own), isRefused);
});

test('a name without addresses, or that cannot be resolved, is not reachable', async () => {
  const unreachable = { code: 'url_unreachable', kind: 'unprocessable' };
  const failing = { allowedHosts: [], resolve: () => Promise.reject(new Error('ENOTFOUND 10.0.0.53')) };
  await assert.rejects(
    vettedAddresses(new URL('http://none.example/'), { allowedHosts: [], resolve: answering() }),
    unreachable,
  );
  await assert.rejects(vettedAddresses(new URL('http://none.example/'), failing), unreachable);
  await assert.rejects(
    vettedAddresses(new URL('http://none.example/'), failing),
    (error: AppError) => !error.message.includes('10.0.0.53'),
  );
});
