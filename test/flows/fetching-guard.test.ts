import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from '#test/support/tls-certificate.ts';
import { fetchingScene, listen, trustTestCertificate } from './fetching-scene.ts';

const NOT_ALLOWED = { code: 'url_not_allowed', kind: 'unprocessable' };
const FILE = 'id,email\n';

/** One address of every kind that is closed. */
const CLOSED = [
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.8.8.8',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001:0:7f00:1::',
  '2001:db8::1',
  '2002:7f00:1::',
  '2a00:1450::5efe:10.0.0.1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
];

const redirecting: RequestListener = ({ url = '' }, response) => {
  const target = new URL(url, 'http://files.example').searchParams.get('to');
  if (target === null) response.end(FILE);
  else response.writeHead(302, { Location: target }).end('moved');
};
const leadingTo = (target: string): string => `http://files.example/?to=${encodeURIComponent(target)}`;

test('no closed address is ever dialled: not as a literal, not by name, not after a redirect', async (t) => {
  const names = Object.fromEntries(CLOSED.map((address, at) => [`n${at}.example`, [address]]));
  const scene = await fetchingScene(t, { http: redirecting, names });
  for (const [at, address] of CLOSED.entries()) {
    const literal = `http://${isIPv6(address) ? `[${address}]` : address}/`;
    const byName = `http://n${at}.example/`;
    await assert.rejects(scene.fetch(literal), NOT_ALLOWED, literal);
    await assert.rejects(scene.fetch(byName), NOT_ALLOWED, address);
    assert.deepEqual(scene.dialled.splice(0), [], address);
    await assert.rejects(scene.fetch(leadingTo(literal)), NOT_ALLOWED, literal);
    await assert.rejects(scene.fetch(leadingTo(byName)), NOT_ALLOWED, address);
    assert.deepEqual(scene.dialled.splice(0), ['93.184.216.34:80', '93.184.216.34:80'], address);
  }
  assert.deepEqual(await scene.stored(), []);
});

test('a redirect leads nowhere that could not be asked for', async (t) => {
  const scene = await fetchingScene(t, { http: redirecting });
  const own = `http://127.0.0.1:${scene.port}/`;
  for (const target of [
    own,
    'file:///etc/passwd',
    'ftp://files.example/',
    'http://user@files.example/',
    'http://files.example:8080/',
    'http://localhost/',
    'http://2130706433/',
    '//127.0.0.1/',
    'http://[',
  ])
    await assert.rejects(scene.fetch(leadingTo(target)), NOT_ALLOWED, target);
  assert.deepEqual(new Set(scene.dialled), new Set(['93.184.216.34:80']));
});

test('a name that answers publicly at first and privately then is not asked twice', async (t) => {
  const names = { 'turning.example': [['93.184.216.35'], ['127.0.0.1']] };
  const scene = await fetchingScene(t, { http: redirecting, names });
  const { size } = await scene.fetch('http://turning.example/');
  assert.equal(size, FILE.length);
  assert.deepEqual(scene.asked, ['turning.example']);
  assert.deepEqual(scene.dialled, ['93.184.216.35:80']);
  // A redirect to itself asks again, and is checked again.
  await assert.rejects(scene.fetch('http://turning.example/?to=/'), NOT_ALLOWED);
  assert.deepEqual(scene.dialled, ['93.184.216.35:80']);
});

test('a name that turns private between two redirects is left there', async (t) => {
  const names = { 'turning.example': [['93.184.216.35'], ['169.254.169.254']] };
  const scene = await fetchingScene(t, { http: redirecting, names });
  await assert.rejects(scene.fetch('http://turning.example/?to=/latest/meta-data/'), NOT_ALLOWED);
  assert.deepEqual(scene.asked, ['turning.example', 'turning.example']);
  assert.deepEqual(scene.dialled, ['93.184.216.35:80']);
});

test('one private address among public ones closes the name', async (t) => {
  const names = {
    'a.example': ['93.184.216.34', '10.0.0.1'],
    'b.example': ['::1', '2606:4700::1111', '93.184.216.34'],
    'c.example': ['93.184.216.34', '::ffff:169.254.169.254', '93.184.216.35'],
  };
  const scene = await fetchingScene(t, { http: redirecting, names });
  for (const name of Object.keys(names)) await assert.rejects(scene.fetch(`http://${name}/`), NOT_ALLOWED);
  assert.deepEqual(scene.dialled, []);
});

test('only the checked addresses are dialled, the next one where the first does not answer', async (t) => {
  const names = { 'two.example': ['2606:4700::1111', '93.184.216.35'] };
  const scene = await fetchingScene(t, { http: redirecting, names });
  await scene.fetch('http://two.example/');
  assert.deepEqual(scene.dialled, ['2606:4700::1111:80', '93.184.216.35:80']);
});

test('three redirects are followed, a fourth is not', async (t) => {
  const scene = await fetchingScene(t, {
    http: ({ url = '' }, response) => {
      const left = Number(url.slice(1));
      if (left === 0) response.end(FILE);
      else response.writeHead([301, 302, 303, 307, 308][left % 5] ?? 301, { Location: `/${left - 1}` }).end();
    },
  });
  assert.equal((await scene.fetch('http://files.example/3')).size, FILE.length);
  assert.equal(scene.dialled.length, 4);
  await assert.rejects(scene.fetch('http://files.example/4'), { code: 'url_redirects' });
  assert.equal(scene.dialled.length, 8);
});

test('a redirect may lead up to https, never down from it', async (t) => {
  trustTestCertificate();
  const scene = await fetchingScene(t, { http: redirecting, https: redirecting });
  assert.equal((await scene.fetch(leadingTo('https://files.example/'))).size, FILE.length);
  assert.deepEqual(scene.dialled.splice(0), ['93.184.216.34:80', '93.184.216.34:443']);
  const down = leadingTo('http://files.example/').replace('http:', 'https:');
  await assert.rejects(scene.fetch(down), NOT_ALLOWED);
  assert.deepEqual(scene.dialled, ['93.184.216.34:443']);
});

test('a host of the operator may be private; what it redirects to may not, unless it is one as well', async (t) => {
  const scene = await fetchingScene(t, { http: redirecting });
  const host = `127.0.0.1:${scene.port}`;
  const rules = { allowedHosts: [host] };
  assert.equal((await scene.fetch(`http://${host}/`, { rules })).size, FILE.length);
  assert.equal((await scene.fetch(`http://${host}/?to=/`, { rules })).size, FILE.length);
  scene.dialled.length = 0;
  for (const target of ['http://127.0.0.1/', `http://127.0.0.2:${scene.port}/`, 'http://[::1]/'])
    await assert.rejects(scene.fetch(`http://${host}/?to=${target}`, { rules }), NOT_ALLOWED);
  assert.deepEqual(new Set(scene.dialled), new Set([host]));
});

test('a refusal says nothing about the network', async (t) => {
  const names = { 'inside.example': ['10.20.30.40'] };
  const scene = await fetchingScene(t, { http: redirecting, names });
  for (const url of [
    'http://inside.example/',
    'http://unknown.example/',
    leadingTo('http://inside.example/'),
  ]) {
    const error: Error & { details?: unknown } = await scene.fetch(url).then(
      () => assert.fail(),
      (refusal) => refusal,
    );
    assert.doesNotMatch(
      `${error.message} ${JSON.stringify(error.details)}`,
      /10\.20|inside|unknown|ENOTFOUND/,
    );
  }
});

test('proxies and lax certificates of the environment are passed by', async (t) => {
  const proxied: string[] = [];
  const proxy = createServer(({ url = '' }, response) => void (proxied.push(url), response.end('proxied')));
  proxy.on('connect', ({ url = '' }, socket) => void (proxied.push(url), socket.end()));
  const proxyUrl = `http://127.0.0.1:${await listen(t, proxy)}`;
  const plain = await listen(
    t,
    createServer((_request, response) => response.end(FILE)),
  );
  const secret = { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY };
  const tls = await listen(
    t,
    createHttps(secret, (_request, response) => response.end(FILE)),
  );
  const program = `
    import { sendGuarded } from '#engine/fetching/guarded-request.ts';
    for (const url of ['http://127.0.0.1:${plain}/', 'https://127.0.0.1:${tls}/']) {
      const rules = { allowedHosts: [new URL(url).host] };
      const asked = { url: new URL(url), method: 'GET', headers: {}, rules, signal: new AbortController().signal };
      const said = await sendGuarded(asked).then(({ statusCode }) => statusCode, ({ code }) => code);
      console.log(said);
    }
    process.exit();
  `;
  const env = Object.fromEntries(
    ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'].map((name) => [
      name,
      proxyUrl,
    ]),
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...env, NODE_USE_ENV_PROXY: '1', NODE_TLS_REJECT_UNAUTHORIZED: '0', NO_PROXY: '' },
  });
  assert.deepEqual(stdout.trim().split('\n'), ['200', 'url_certificate']);
  assert.deepEqual(proxied, []);
});

test('names of this machine that the system knows are as closed as its addresses', async (t) => {
  const scene = await fetchingScene(t, { http: redirecting });
  const { port } = scene;
  const open = { allowedHosts: [`localhost:${port}`] };
  assert.equal((await scene.fetch(`http://localhost:${port}/`, { rules: open })).size, FILE.length);
  scene.dialled.length = 0;
  const closed = { allowedHosts: [] };
  // A machine may or may not know its own name.
  const known = /^url_(?:not_allowed|unreachable)$/;
  for (const name of ['localhost', hostname(), 'ip6-localhost', 'ip6-loopback'])
    await assert.rejects(scene.fetch(`http://${name}/`, { rules: closed }), { code: known });
  assert.deepEqual(scene.dialled, []);
});
