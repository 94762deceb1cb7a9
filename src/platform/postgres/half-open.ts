import { Writable } from 'node:stream';
import type { Socket } from 'node:net';
import pg from 'pg';

/** What the driver keeps to itself. */
interface Internals {
  readonly processID: number;
  readonly readyForQuery: boolean;
  readonly connection: { readonly stream: Socket };
  _getActiveQuery(): object | null;
}

/** What is known of a connection. */
interface Watched {
  readonly inner: Internals;
  isIdle: boolean;
  query: object | null;
  bytes: number;
  /** When it was last seen to move, or to owe us nothing. */
  movedAt: number;
  /** How often in a row the server was found to wait for us, while we wait for it. */
  doubts: number;
}

/** A server process as the server sees it. */
interface Backend {
  readonly pid: number;
  readonly isIdle: boolean;
  readonly waitsForClient: boolean;
}

export interface HalfOpenOptions {
  readonly url: string;
  /** A statement without a byte for so long makes us ask. */
  readonly silenceMs: number;
  readonly onLost: (error: Error) => void;
}

const ASK_WITHIN_MS = 5_000;
/** So often in a row, before a connection is given up on less than proof. */
const DOUBTS = 2;

/**
 * Finds connections whose other end has gone without a word: the host, or a firewall that forgot them. TCP alone takes a
 * quarter of an hour for that, and a statement may rightly take as long. So whenever one has been silent for a while, the
 * server is asked over a new connection whether it works on it. If not, or if it cannot be asked, the connection is cut,
 * which fails the statement as an outage; idle ones, which went the same way, are replaced. Returns what ends the watch.
 */
export function watchForHalfOpen(pool: pg.Pool, options: HalfOpenOptions): () => void {
  const watched = follow(pool);
  let isAsking = false;
  let failures = 0;

  async function look(): Promise<void> {
    if (isAsking) return;
    const silent = [...watched.values()].filter((connection) => isSilent(connection, options.silenceMs));
    if (silent.length === 0) return;
    isAsking = true;
    const lost = await findLost(silent);
    isAsking = false;
    // Whatever has come in the meantime was on its way.
    const cut = lost.filter(({ inner, bytes }) => inner.connection.stream.bytesRead === bytes);
    if (cut.length === 0) return;
    options.onLost(new Error(`${cut.length} of ${watched.size} connections are half open: they are cut`));
    for (const { inner } of cut) inner.connection.stream.destroy();
    for (const { inner, isIdle } of watched.values()) if (isIdle) inner.connection.stream.destroy();
  }

  async function findLost(silent: readonly Watched[]): Promise<Watched[]> {
    try {
      const lost = await askAbout(silent, options.url);
      failures = 0;
      if (lost === undefined) stop();
      return lost ?? [];
    } catch (error) {
      // The server itself refused: it lives, and may say more the next time.
      if (error instanceof pg.DatabaseError) return [];
      failures++;
      return failures >= DOUBTS ? [...silent] : [];
    }
  }

  const timer = setInterval(() => void look(), options.silenceMs / 4).unref();
  const stop = (): void => clearInterval(timer);
  return stop;
}

/** The connections of the pool. */
function follow(pool: pg.Pool): ReadonlyMap<pg.PoolClient, Watched> {
  const watched = new Map<pg.PoolClient, Watched>();
  const setIdle = (client: pg.PoolClient, isIdle: boolean): void => {
    const connection = watched.get(client);
    if (connection) connection.isIdle = isIdle;
  };
  pool.on('connect', (client) => {
    const inner = client as unknown as Internals;
    const bytes = inner.connection.stream.bytesRead;
    watched.set(client, { inner, isIdle: false, query: null, bytes, movedAt: performance.now(), doubts: 0 });
  });
  pool.on('acquire', (client) => setIdle(client, false));
  pool.on('release', (_error, client) => setIdle(client, true));
  pool.on('remove', (client) => watched.delete(client));
  return watched;
}

function isSilent(connection: Watched, silenceMs: number): boolean {
  const { inner } = connection;
  const query = inner._getActiveQuery();
  const { stream } = inner.connection;
  const now = performance.now();
  if (!isOwed(inner, query) || query !== connection.query || stream.bytesRead !== connection.bytes) {
    Object.assign(connection, { query, bytes: stream.bytesRead, movedAt: now, doubts: 0 });
  }
  return now - connection.movedAt >= silenceMs;
}

/** Whether it is the server's turn. */
function isOwed({ readyForQuery, connection }: Internals, query: object | null): boolean {
  // Rows that nobody takes are not asked for.
  const { stream } = connection;
  if (readyForQuery || stream.destroyed || stream.isPaused()) return false;
  // COPY FROM STDIN: until all was written, it is our turn as long as there is room.
  return !(query instanceof Writable) || query.writableEnded || query.writableNeedDrain;
}

/** Those that the server does not work on, whose processes are ended; undefined: their ids are made up by a pooler. */
async function askAbout(silent: readonly Watched[], url: string): Promise<Watched[] | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'affirm-name half-open',
    connectionTimeoutMillis: ASK_WITHIN_MS,
    query_timeout: ASK_WITHIN_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const pids = silent.map(({ inner }) => inner.processID);
    const { rows } = await client.query<Backend & { self: number }>(
      `SELECT pid, pg_backend_pid() AS self,
              state LIKE 'idle%' AND clock_timestamp() - state_change > interval '1 s' AS "isIdle",
              state = 'active' AND wait_event_type = 'Client' AS "waitsForClient"
       FROM pg_stat_activity WHERE pid = ANY($1) OR pid = pg_backend_pid()`,
      [pids],
    );
    const ownPid = (client as unknown as Internals).processID;
    if (rows[0]?.self !== ownPid) {
      await client.end();
      return undefined;
    }
    const backends = new Map(rows.map((row) => [row.pid, row]));
    const lost = silent.filter((connection) => isLost(connection, backends.get(connection.inner.processID)));
    // What they hold would stay locked until TCP notices on that side.
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1) AND usename = current_user',
      [lost.map(({ inner }) => inner.processID)],
    );
    await client.end();
    return lost;
  } catch (error) {
    (client as unknown as Internals).connection.stream.destroy();
    throw error;
  }
}

function isLost(connection: Watched, backend: Backend | undefined): boolean {
  if (!backend || backend.isIdle) return true;
  if (backend.waitsForClient) return ++connection.doubts >= DOUBTS;
  // It works: the next question is due after another silence.
  Object.assign(connection, { movedAt: performance.now(), doubts: 0 });
  return false;
}
