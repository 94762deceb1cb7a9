import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type FetchedFile, fetchIntoStore, type FetchOptions } from '#engine/fetching/fetch-into-store.ts';
import type { Resolve } from '#engine/fetching/url-guard.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { PUBLIC, recordDials } from '#test/support/dialled.ts';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from '#test/support/tls-certificate.ts';

export const KEY = 'imports/1/original';

/** Answers of DNS by name; a list of lists is answered one after the other, the last one again and again. */
export type Names = Readonly<Record<string, readonly string[] | readonly (readonly string[])[]>>;

export interface FetchingScene {
  readonly store: FileStore;
  readonly dialled: string[];
  /** The names that were resolved, in order. */
  readonly asked: string[];
  /** Behind port 80 of every public address. */
  readonly port: number;
  fetch(url: string, changes?: Partial<FetchOptions>): Promise<FetchedFile>;
  /** What is in the store. */
  stored(): Promise<string[]>;
}

/** A store, a server behind port 80 (and 443) of the public addresses, and a resolver that knows `names`. */
export async function fetchingScene(
  t: TestContext,
  options: { readonly http?: RequestListener; readonly https?: RequestListener; readonly names?: Names },
): Promise<FetchingScene> {
  const { dialled, route } = recordDials(t);
  const root = await mkdtemp(join(tmpdir(), 'fetching-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const store = createLocalFileStore(root);
  const port = await listen(t, createHttp(options.http ?? (() => {})));
  route(80, port);
  if (options.https)
    route(
      443,
      await listen(t, createHttps({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY }, options.https)),
    );
  const asked: string[] = [];
  const resolve = resolverOf({ 'files.example': [PUBLIC[0] ?? ''], ...options.names }, asked);
  return {
    store,
    dialled,
    asked,
    port,
    fetch: (url, changes) =>
      fetchIntoStore({
        url,
        store,
        key: KEY,
        maxBytes: 1_000_000,
        rules: { allowedHosts: [], resolve },
        signal: new AbortController().signal,
        ...changes,
        limits: { retryDelaysMs: [1, 1, 1], ...changes?.limits },
      }),
    async stored() {
      const keys: string[] = [];
      for await (const { key } of store.list('')) keys.push(key);
      return keys;
    },
  };
}

export function resolverOf(names: Names, asked: string[] = []): Resolve {
  const times = new Map<string, number>();
  return (name) => {
    asked.push(name);
    const answers = names[name];
    if (!answers)
      return Promise.reject(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }));
    const time = times.get(name) ?? 0;
    times.set(name, time + 1);
    const isSequence = (list: typeof answers): list is readonly (readonly string[])[] =>
      Array.isArray(list[0]);
    const addresses = isSequence(answers) ? (answers[Math.min(time, answers.length - 1)] ?? []) : answers;
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
}

/** The port on the loopback interface; closed with all its connections at the end of the test. */
export async function listen(t: TestContext, server: Server | NetServer): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket: { destroy(): void }) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Until the end of the process. */
export function trustTestCertificate(): void {
  setDefaultCACertificates([...getCACertificates('default'), TEST_CERTIFICATE]);
}
