import { AppError } from '#platform/errors.ts';
import { adminKeyFile, readLocalKey } from '../admin-key-file.ts';
import { readSettings } from '../settings.ts';
import { ApiError, readApiError } from './api-error.ts';

type QueryValue = string | number | boolean | undefined | readonly string[];
type Query = Readonly<Record<string, QueryValue>>;

/** The server that the command line talks to. Every call throws ApiError, or AppError `server_unreachable`. */
export interface ApiClient {
  readonly url: string;
  get<Answer>(path: string, query?: Query): Promise<Answer>;
  send<Answer>(method: 'POST' | 'DELETE', path: string, body?: object): Promise<Answer>;
  /** Any request; the answer is known to be no error. */
  request(path: string, init: RequestInit): Promise<Response>;
}

export interface Listed<Item> {
  readonly data: readonly Item[];
  readonly meta: { readonly next_cursor: string | null; readonly total?: number };
}

export interface Single<Item> {
  readonly data: Item;
}

/** The server of AFFIRM_NAME_URL, else the local one. Its local admin key never leaves this machine. */
export function openApiClient(): ApiClient {
  const { client, server, dataDir } = readSettings();
  const url = (client.url ?? localUrl(server)).replace(/\/+$/, '');
  const key = client.key ?? (isLocal(url) ? readLocalKey(adminKeyFile({ dataDir })) : undefined);
  return createApiClient(url, key);
}

function createApiClient(url: string, key: string | undefined): ApiClient {
  const headers: Readonly<Record<string, string>> =
    key === undefined ? {} : { authorization: `Bearer ${key}` };

  async function request(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, {
        ...init,
        headers: { accept: 'application/json', ...headers, ...(init.headers as Record<string, string>) },
      });
    } catch (error) {
      throw unreachable(url, error as Error);
    }
    if (response.ok) return response;
    throw withKeyAdvice(await readApiError(response), key);
  }

  return {
    url,
    request,
    async get<Answer>(path: string, query: Query = {}) {
      return (await (await request(`${path}${queryText(query)}`, {})).json()) as Answer;
    },
    async send<Answer>(method: 'POST' | 'DELETE', path: string, body?: object) {
      const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = await request(path, { method, ...(body === undefined ? {} : json) });
      return (response.status === 204 ? undefined : await response.json()) as Answer;
    },
  };
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of typeof value === 'object' ? value : [value]) parameters.append(name, String(each));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

function localUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function isLocal(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

function unreachable(url: string, error: Error): AppError {
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  const message =
    code === 'ECONNREFUSED'
      ? `No server answers at ${url}. Start it with "npm start" (or "affirm-name serve"), or set AFFIRM_NAME_URL to the right one.`
      : `The connection to ${url} failed (${code ?? error.message}). Look at the server's log; AFFIRM_NAME_URL names the server.`;
  return new AppError('unavailable', 'server_unreachable', message, { url }, { cause: error });
}

function withKeyAdvice(error: ApiError, key: string | undefined): ApiError {
  if (error.status !== 401) return error;
  const advice =
    key === undefined
      ? 'No key was found: set AFFIRM_NAME_KEY, or run this where DATA_DIR/admin-key of the server is.'
      : 'The key that was sent is not right: look at AFFIRM_NAME_KEY and DATA_DIR/admin-key.';
  return new ApiError(error.status, error.code, `${error.message}\n${advice}`, error.details);
}
