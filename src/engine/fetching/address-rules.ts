import { isIPv4, isIPv6 } from 'node:net';

interface Block {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** IPv4 that no public server has: IANA's special-purpose registry, multicast, and what clouds answer by themselves. */
const CLOSED_V4 = blocks([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier NAT
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // the platform under every machine of one large cloud
  '169.254.0.0/16', // link-local, with the metadata of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // answered by whoever is near (AS112)
  '192.52.193.0/24', // multicast tunnels
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, with broadcast
]);

/** All of IPv6 but this is loopback, private, link-local, multicast, reserved or translation. */
const [GLOBAL_V6] = blocks(['2000::/3']) as [Block];

const CLOSED_V6 = blocks([
  '2001::/23', // protocol assignments: Teredo, ORCHID, benchmarks; Teredo carries two IPv4 addresses
  '2001:db8::/32', // documentation
  '2620:4f:8000::/48', // AS112
  '3ffe::/16', // former test network
  '3fff::/20', // documentation
]);

/** Forms that end up at the IPv4 address inside, which begins at byte `at`. */
const EMBEDDING = [
  { name: 'mapped', at: 12, blocks: blocks(['::ffff:0:0/96']) },
  { name: 'NAT64', at: 12, blocks: blocks(['64:ff9b::/96']) },
  { name: '6to4', at: 2, blocks: blocks(['2002::/16']) },
];

/** Last eight bytes of an ISATAP address, under any prefix: 0000:5efe or 0200:5efe, then IPv4. */
const ISATAP = [0x5e, 0xfe];

/** Whether a server of the public internet can have this address; false for a text that is no address, or has a zone. */
export function isPublicAddress(text: string): boolean {
  const bytes = addressBytes(text);
  if (bytes === undefined) return false;
  return bytes.length === 4 ? isPublicV4(bytes) : isPublicV6(bytes);
}

/** Whether the text is one address without a zone id. */
export function isPlainAddress(text: string): boolean {
  return addressBytes(text) !== undefined;
}

function isPublicV4(bytes: Uint8Array): boolean {
  return !CLOSED_V4.some((block) => isWithin(bytes, block));
}

function isPublicV6(bytes: Uint8Array): boolean {
  for (const form of EMBEDDING) {
    if (form.blocks.some((block) => isWithin(bytes, block)))
      return isPublicV4(bytes.subarray(form.at, form.at + 4));
  }
  if (!isWithin(bytes, GLOBAL_V6) || CLOSED_V6.some((block) => isWithin(bytes, block))) return false;
  return !isIsatap(bytes) || isPublicV4(bytes.subarray(12));
}

function isIsatap(bytes: Uint8Array): boolean {
  const [universal = 0, zero, ...mark] = bytes.subarray(8, 12);
  return (universal & 0xfd) === 0 && zero === 0 && mark.every((byte, at) => byte === ISATAP[at]);
}

function isWithin(bytes: Uint8Array, block: Block): boolean {
  if (bytes.length !== block.bytes.length) return false;
  for (let bit = 0; bit < block.bits; bit += 8) {
    const mask = 0xff00 >> Math.min(8, block.bits - bit);
    const at = bit >> 3;
    if ((((bytes[at] ?? 0) ^ (block.bytes[at] ?? 0)) & mask & 0xff) !== 0) return false;
  }
  return true;
}

function blocks(texts: readonly string[]): readonly Block[] {
  return texts.map((text) => {
    const [address = '', bits] = text.split('/');
    const bytes = addressBytes(address);
    if (bytes === undefined) throw new Error(`Not an address block: ${text}`);
    return { bytes, bits: Number(bits) };
  });
}

/** 4 or 16 bytes; undefined for anything else, and for an address with a zone. */
function addressBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const front = groupBytes(head);
  const back = groupBytes(tail ?? '');
  const bytes = new Uint8Array(16);
  bytes.set(front);
  bytes.set(back, 16 - back.length);
  return bytes;
}

function groupBytes(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (part.includes('.')) return part.split('.').map(Number);
    const group = Number.parseInt(part, 16);
    return [group >> 8, group & 0xff];
  });
}
