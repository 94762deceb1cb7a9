import { type Listed, openApiClient, type Single } from './api-client.ts';
import { print, printJson, printTable, timeText } from './output.ts';

interface Key {
  readonly id: string;
  readonly key_id: string;
  readonly name: string;
  readonly role: string;
  readonly scopes: readonly string[] | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

export async function createKeyCommand(
  name: string,
  options: {
    readonly role: string;
    readonly scope?: string[];
    readonly expires?: string;
    readonly json?: true;
  },
): Promise<void> {
  const { role, scope, expires, json } = options;
  const answer = await openApiClient().send<Single<Key & { readonly key: string }>>('POST', '/v1/api-keys', {
    name,
    role,
    ...(scope && { scopes: scope }),
    ...(expires !== undefined && { expires_at: expires }),
  });
  if (json) return printJson(answer);
  // The key alone on standard output, so that a script can take it.
  process.stderr.write(`The key "${name}" (${role}); it is shown this once:\n`);
  print(answer.data.key);
}

export async function listKeysCommand({ json }: { readonly json?: true }): Promise<void> {
  const answer = await openApiClient().get<Listed<Key>>('/v1/api-keys', { limit: 1000 });
  if (json) return printJson(answer);
  const rows = answer.data.map((key) => ({
    id: key.id,
    key: `ak_${key.key_id}_…`,
    name: key.name,
    role: key.role,
    scopes: key.scopes?.join(' '),
    used: timeText(key.last_used_at),
    state: stateOf(key),
  }));
  printTable(rows, 'There are no keys.');
}

export async function revokeKeyCommand(id: string): Promise<void> {
  await openApiClient().send('DELETE', `/v1/api-keys/${encodeURIComponent(id)}`);
  print(`Key ${id} is revoked.`);
}

function stateOf({ revoked_at: revoked, expires_at: expires }: Key): string {
  if (revoked !== null) return `revoked ${timeText(revoked)}`;
  return expires === null ? 'valid' : `valid until ${timeText(expires)}`;
}
