import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPublicAddress } from './address-rules.ts';

/** First and last address of each closed block, and the open neighbours on both sides where there are any. */
const v4Blocks = {
  'this network': { closed: ['0.0.0.0', '0.255.255.255'], open: ['1.0.0.0'] },
  'private 10': { closed: ['10.0.0.0', '10.255.255.255'], open: ['9.255.255.255', '11.0.0.0'] },
  'carrier NAT': { closed: ['100.64.0.0', '100.127.255.255'], open: ['100.63.255.255', '100.128.0.0'] },
  loopback: { closed: ['127.0.0.0', '127.255.255.255'], open: ['126.255.255.255', '128.0.0.0'] },
  'cloud platform': { closed: ['168.63.129.16'], open: ['168.63.129.15', '168.63.129.17'] },
  'link-local': { closed: ['169.254.0.0', '169.254.255.255'], open: ['169.253.255.255', '169.255.0.0'] },
  'private 172': { closed: ['172.16.0.0', '172.31.255.255'], open: ['172.15.255.255', '172.32.0.0'] },
  protocol: { closed: ['192.0.0.0', '192.0.0.255'], open: ['191.255.255.255', '192.0.1.0'] },
  'documentation 1': { closed: ['192.0.2.0', '192.0.2.255'], open: ['192.0.1.255', '192.0.3.0'] },
  AS112: { closed: ['192.31.196.0', '192.175.48.255'], open: ['192.31.195.255', '192.175.49.0'] },
  'multicast tunnels': { closed: ['192.52.193.0', '192.52.193.255'], open: ['192.52.192.255'] },
  '6to4 relays': { closed: ['192.88.99.0', '192.88.99.255'], open: ['192.88.98.255', '192.88.100.0'] },
  'private 192': { closed: ['192.168.0.0', '192.168.255.255'], open: ['192.167.255.255', '192.169.0.0'] },
  benchmarks: { closed: ['198.18.0.0', '198.19.255.255'], open: ['198.17.255.255', '198.20.0.0'] },
  'documentation 2': { closed: ['198.51.100.0', '198.51.100.255'], open: ['198.51.99.255', '198.51.101.0'] },
  'documentation 3': { closed: ['203.0.113.0', '203.0.113.255'], open: ['203.0.112.255', '203.0.114.0'] },
  multicast: { closed: ['224.0.0.0', '239.255.255.255'], open: ['223.255.255.255'] },
  reserved: { closed: ['240.0.0.0', '255.255.255.254', '255.255.255.255'], open: [] },
};

const v6Blocks = {
  unspecified: { closed: ['::'], open: [] },
  loopback: { closed: ['::1'], open: [] },
  'IPv4-compatible': { closed: ['::8.8.8.8', '::127.0.0.1'], open: [] },
  'IPv4-mapped': {
    closed: ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::FFFF:169.254.169.254'],
    open: ['::ffff:8.8.8.8'],
  },
  'IPv4-translated': { closed: ['::ffff:0:8.8.8.8', '::ffff:0:10.0.0.1'], open: [] },
  NAT64: { closed: ['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe'], open: ['64:ff9b::8.8.8.8'] },
  'local NAT64': { closed: ['64:ff9b:1::8.8.8.8', '64:ff9b:1:ffff::1'], open: [] },
  discard: { closed: ['100::', '100::ffff:ffff:ffff:ffff'], open: [] },
  Teredo: { closed: ['2001::', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:0:a00:1::1'], open: [] },
  protocol: { closed: ['2001:1::1', '2001:2::1', '2001:20::1', '2001:1ff:ffff::'], open: ['2001:200::'] },
  documentation: {
    closed: ['2001:db8::', '2001:db8:ffff::1', '3fff::', '3fff:fff:ffff::1'],
    open: ['2001:db7:ffff::1', '2001:db9::', '3fff:1000::'],
  },
  '6to4': { closed: ['2002:7f00:1::', '2002:a00:1::1', '2002:c0a8:101::'], open: ['2002:808:808::1'] },
  AS112: { closed: ['2620:4f:8000::', '2620:4f:8000:ffff::1'], open: ['2620:4f:8001::', '2620:4f:7fff::1'] },
  ISATAP: {
    closed: ['2a00:1450::5efe:10.0.0.1', '2a00:1450::200:5efe:192.168.1.1', '2a00:1450::5efe:7f00:1'],
    open: ['2a00:1450::5efe:8.8.8.8', '2a00:1450::100:5efe:10.0.0.1'],
  },
  '6bone': { closed: ['3ffe::1'], open: [] },
  'segment routing': { closed: ['5f00::1'], open: [] },
  'below and above global unicast': {
    closed: ['1fff::1', '4000::', '8000::1', 'e000::1'],
    open: ['2000::', '2606:4700::1111'],
  },
  'unique local': { closed: ['fc00::', 'fd00:ec2::254', 'fdff::1'], open: [] },
  'link-local': { closed: ['fe80::', 'fe80::1', 'febf::1'], open: [] },
  'site-local': { closed: ['fec0::1', 'feff::1'], open: [] },
  multicast: { closed: ['ff00::', 'ff02::1', 'ff0e::1'], open: [] },
};

for (const [name, { closed, open }] of [...Object.entries(v4Blocks), ...Object.entries(v6Blocks)]) {
  test(`${name}: ${closed.join(' ')} closed, ${open.join(' ') || 'no neighbour'} open`, () => {
    for (const address of closed) assert.equal(isPublicAddress(address), false, address);
    for (const address of open) assert.equal(isPublicAddress(address), true, address);
  });
}

test('what is no address, or has a zone, is not public', () => {
  const texts = [
    '',
    'example.com',
    '8.8.8',
    '8.8.8.8.8',
    '08.8.8.8',
    '8.8.8.8/32',
    '134744072',
    '0x8.8.8.8',
    ' 8.8.8.8',
  ];
  for (const text of [
    ...texts,
    '2606:4700::1111%eth0',
    'fe80::1%1',
    '[2606:4700::1111]',
    '2606:4700:::1',
    ':',
  ])
    assert.equal(isPublicAddress(text), false, text);
});

const anyV4 = fc.oneof(
  fc.ipV4(),
  fc.constantFrom(...Object.values(v4Blocks).flatMap(({ closed, open }): string[] => [...closed, ...open])),
);
const hex = (v4: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
};

test('a form that embeds an IPv4 address is as public as that address', () => {
  const forms = [
    (v4: string) => `::ffff:${v4}`,
    (v4: string) => `::ffff:${hex(v4)}`,
    (v4: string) => `64:ff9b::${v4}`,
    (v4: string) => `64:ff9b:0:0:0:0:${hex(v4)}`,
    (v4: string) => `2002:${hex(v4)}::1`,
    (v4: string) => `2a00:1450:4001:80f:0:5efe:${v4}`,
    (v4: string) => `2a00:1450:4001:80f:200:5efe:${hex(v4)}`,
  ];
  fc.assert(
    fc.property(anyV4, fc.constantFrom(...forms), (v4, form) => {
      assert.equal(isPublicAddress(form(v4)), isPublicAddress(v4), form(v4));
    }),
    { numRuns: 2000 },
  );
});

test('Teredo is closed whatever addresses of server and client it carries', () => {
  fc.assert(
    fc.property(anyV4, anyV4, (server, client) => {
      assert.equal(isPublicAddress(`2001:0:${hex(server)}:8000:63bf:${hex(client)}`), false);
    }),
  );
});

test('whatever Node takes for a private or loopback address is closed, however it is written', () => {
  const closed = new BlockList();
  for (const [network, bits] of [
    ['10.0.0.0', 8],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['100.64.0.0', 10],
  ] as const)
    closed.addSubnet(network, bits, 'ipv4');
  for (const [network, bits] of [
    ['fc00::', 7],
    ['fe80::', 10],
    ['ff00::', 8],
    ['::', 96],
    ['2001:db8::', 32],
  ] as const)
    closed.addSubnet(network, bits, 'ipv6');
  fc.assert(
    fc.property(fc.oneof(anyV4, fc.ipV6()), (address) => {
      const family = address.includes(':') ? 'ipv6' : 'ipv4';
      if (closed.check(address, family)) assert.equal(isPublicAddress(address), false, address);
    }),
    { numRuns: 5000 },
  );
});
