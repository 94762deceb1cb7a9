/** What a setting's text means, or why it means nothing; the message follows the setting's name. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const MS_BY_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZE = /^(\d+(?:\.\d+)?) ?(B|KB|KiB|MB|MiB|GB|GiB|TB|TiB)?$/i;
const BYTES_BY_UNIT: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  kib: 2 ** 10,
  mb: 1e6,
  mib: 2 ** 20,
  gb: 1e9,
  gib: 2 ** 30,
  tb: 1e12,
  tib: 2 ** 40,
};

/** Node keeps times in 31 bits of milliseconds; a longer timer would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** `30s`, `1.5h`, `250ms` → milliseconds. */
export function parseDuration(text: string): Parsed<number> {
  const [, number, unit = ''] = DURATION.exec(text) ?? [];
  const ms = Number(number) * (MS_BY_UNIT[unit] ?? Number.NaN);
  if (Number.isNaN(ms)) return { problem: 'must be a number with ms, s, m, h or d, e.g. 30s' };
  if (ms > LONGEST_MS) return { problem: 'must be at most 24d' };
  return { value: Math.round(ms) };
}

/** `1048576`, `16 MiB`, `1GB` → bytes. */
export function parseSize(text: string): Parsed<number> {
  const [, number, unit = 'b'] = SIZE.exec(text) ?? [];
  const bytes = Number(number) * (BYTES_BY_UNIT[unit.toLowerCase()] ?? Number.NaN);
  if (!Number.isSafeInteger(Math.round(bytes)))
    return { problem: 'must be a number of bytes, or one with KiB, MiB or GiB' };
  return { value: Math.round(bytes) };
}

export function parseWhole(text: string, minimum: number, maximum: number): Parsed<number> {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return { value };
  return { problem: `must be a whole number from ${minimum} to ${maximum}` };
}

export function parseSwitch(text: string): Parsed<boolean> {
  if (/^(true|1|yes|on)$/i.test(text)) return { value: true };
  if (/^(false|0|no|off)$/i.test(text)) return { value: false };
  return { problem: 'must be true or false' };
}

export function parseChoice<Word extends string>(text: string, words: readonly Word[]): Parsed<Word> {
  const value = words.find((word) => word === text);
  return value === undefined ? { problem: `must be one of ${words.join(', ')}` } : { value };
}

/** `a, b` → ['a', 'b']. */
export function parseList(text: string): Parsed<readonly string[]> {
  return { value: parseWords(text) };
}

/** `files.internal, 10.0.0.5:9000, [fd00::5]` → hosts as URLs write them, each with its port where it was given one. */
export function parseHosts(text: string): Parsed<readonly string[]> {
  const hosts = parseWords(text).map(hostOf);
  if (hosts.includes(undefined))
    return { problem: 'must be host names or addresses, each with or without a port, comma-separated' };
  return { value: hosts.filter((host) => host !== undefined) };
}

function hostOf(word: string): string | undefined {
  const url = /[/?#@\\*]/.test(word) ? null : URL.parse(`http://${word}/`);
  if (!url) return undefined;
  // URLs do not write the usual port.
  const port = /:0*80$/.test(word) ? '80' : url.port;
  return port === '' ? url.hostname : `${url.hostname}:${port}`;
}

function parseWords(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
