import type { SettingsReader } from './config-reader.ts';
import type { SettingName } from './config-settings.ts';

export interface DatabaseUrls {
  /** Undefined: the embedded server. */
  readonly url: string | undefined;
  /** The server itself, past a pooler; undefined: `url` leads there. */
  readonly directUrl: string | undefined;
  /** Standbys of the same server, for reading. */
  readonly readUrls: readonly string[];
}

const SSL_MODES = ['disable', 'require', 'verify-full'];
const PARTS: readonly SettingName[] = ['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD'];

export function readDatabaseUrls(read: SettingsReader, given: (name: SettingName) => boolean): DatabaseUrls {
  const url = readUrl(read, 'DATABASE_URL');
  const inParts = PARTS.some(given) ? urlFromParts(read, given) : undefined;
  if (given('DATABASE_URL') && url && inParts && differs(url, inParts, given)) {
    read.refuse(
      'DB_HOST',
      'and the other DB_ settings name another database than DATABASE_URL. Give one of the two',
    );
  }
  const directUrl = readUrl(read, 'DATABASE_DIRECT_URL');
  const readUrls = read.list('DATABASE_READ_URL').map((text) => parseUrl(read, 'DATABASE_READ_URL', text));
  for (const name of ['DATABASE_DIRECT_URL', 'DATABASE_READ_URL'] as const) {
    if (given(name) && !url && !inParts) read.refuse(name, 'needs DATABASE_URL as well');
  }
  return {
    url: (url ?? inParts)?.href,
    directUrl: directUrl?.href,
    readUrls: readUrls.flatMap((each) => (each ? [each.href] : [])),
  };
}

function readUrl(read: SettingsReader, name: SettingName): URL | undefined {
  const text = read.text(name);
  return text === undefined ? undefined : parseUrl(read, name, text);
}

function parseUrl(read: SettingsReader, name: SettingName, text: string): URL | undefined {
  const url = URL.parse(text);
  if (
    !url ||
    !/^postgres(ql)?:$/.test(url.protocol) ||
    (url.hostname === '' && !url.searchParams.has('host'))
  ) {
    read.refuse(name, 'must read postgres://user:password@host:port/database');
    return undefined;
  }
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) {
    read.refuse(name, `has an unknown sslmode; it must be one of ${SSL_MODES.join(', ')}`);
  }
  // The driver then takes `require` as PostgreSQL's own tools do: encrypted, the certificate not checked.
  if (mode !== null) url.searchParams.set('uselibpqcompat', 'true');
  return url;
}

function urlFromParts(read: SettingsReader, given: (name: SettingName) => boolean): URL | undefined {
  const missing = (['DB_HOST', 'DB_NAME', 'DB_USER'] as const).filter((name) => !given(name));
  for (const name of missing) read.refuse(name, 'is missing beside the other DB_ settings');
  const port = read.whole('DB_PORT', 1, 65_535);
  if (missing.length > 0) return undefined;
  const url = new URL('postgres://host');
  const host = read.text('DB_HOST') ?? '';
  url.hostname = host.includes(':') ? `[${host}]` : host;
  url.port = String(port);
  url.username = encodeURIComponent(read.text('DB_USER') ?? '');
  url.password = encodeURIComponent(read.text('DB_PASSWORD') ?? '');
  url.pathname = `/${encodeURIComponent(read.text('DB_NAME') ?? '')}`;
  return url;
}

/** Only the parts that were given count. */
function differs(url: URL, inParts: URL, given: (name: SettingName) => boolean): boolean {
  const compared: readonly [SettingName, (of: URL) => string][] = [
    ['DB_HOST', (of) => of.hostname],
    ['DB_PORT', (of) => of.port || '5432'],
    ['DB_NAME', (of) => decodeURIComponent(of.pathname)],
    ['DB_USER', (of) => decodeURIComponent(of.username)],
    ['DB_PASSWORD', (of) => decodeURIComponent(of.password)],
  ];
  return compared.some(([name, part]) => given(name) && part(url) !== part(inParts));
}
