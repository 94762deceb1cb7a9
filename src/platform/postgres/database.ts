import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Readable, Writable } from 'node:stream';
import { type CopyOut, createCopyOut } from './copy-out.ts';
import { watchForHalfOpen } from './half-open.ts';
import { inlineValues } from './literal.ts';
import type { Sql } from './sql.ts';

/** Sends statements. A pool, a session and a transaction are all one, so a query function takes any of them. */
export interface Database {
  /** All rows; `name` is what logs and slow-query lines call the statement. */
  many<Row>(name: string, statement: Sql): Promise<Row[]>;
  /** The first row, or undefined. */
  maybeOne<Row>(name: string, statement: Sql): Promise<Row | undefined>;
  /** The number of rows that the statement touched. */
  run(name: string, statement: Sql): Promise<number>;
  /** Rows as arrays of the texts that the server sent, nothing parsed (see `array-text.ts`); for large results. */
  raw(name: string, statement: Sql): Promise<(string | null)[][]>;
  /** Hands `message` to the pool's `onAnnounced` when this transaction has committed; at once outside of one. */
  announce(message: object): void;
}

/** One connection. */
export interface Session extends Database {
  /** BEGIN … COMMIT around `work`; rolled back when it throws. `isolation` as in SQL. */
  transaction<T>(
    work: (tx: Session) => Promise<T>,
    isolation?: 'READ COMMITTED' | 'REPEATABLE READ',
  ): Promise<T>;
  /** `COPY … FROM STDIN` as a stream of bytes; ends when the server has taken all. */
  copyIn(statement: string): Writable;
  /** `COPY … TO STDOUT` as a stream of bytes; its values are written into the text, since COPY takes no parameters. */
  copyOut(statement: Sql): CopyOut;
  /** The server process behind this connection. */
  readonly backendPid: number;
}

export interface Pool extends Database {
  transaction<T>(
    work: (tx: Session) => Promise<T>,
    isolation?: 'READ COMMITTED' | 'REPEATABLE READ',
  ): Promise<T>;
  /**
   * A connection of its own for `work`; `applicationName` shows in pg_stat_activity, for which it leads to the server
   * itself. It is closed when `signal` aborts.
   */
  session<T>(
    work: (session: Session) => Promise<T>,
    options?: { applicationName?: string; signal?: AbortSignal },
  ): Promise<T>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly url: string;
  readonly maxConnections: number;
  readonly maxIdle: number;
  readonly maxLifetimeMs: number;
  readonly maxIdleTimeMs: number;
  readonly slowQueryMs: number;
  readonly applicationName: string;
  /** After so long without a byte of an answer it is asked whether the connection is half open; default 10 s. */
  readonly silenceMs?: number;
  /**
   * The server itself where `url` leads through a pooler in transaction mode: sessions with a name go there, and no
   * statement is prepared, as it may meet a connection that does not know it. Undefined: there is no pooler.
   */
  readonly directUrl?: string | undefined;
  /** Called once for each statement slower than `slowQueryMs`; values are never passed on. */
  readonly onSlowQuery: (name: string, durationMs: number) => void;
  /** Called when an idle connection breaks; the pool replaces it. */
  readonly onConnectionError: (error: Error) => void;
  /** Called for what was announced in a transaction once it has committed; must not throw. */
  readonly onAnnounced?: (message: object) => void;
}

const rawTypes = { getTypeParser: () => (value: unknown) => value };

/** Sessions with a name come and go with jobs and exports: the server need not keep room for idle ones. */
const DIRECT_IDLE_MS = 10_000;
const SILENCE_MS = 10_000;

export function createPool(options: PoolOptions): Pool {
  const { url, directUrl, maxIdleTimeMs } = options;
  const [pool, endPool] = openConnections(options, url, maxIdleTimeMs);
  const [direct, endDirect] =
    directUrl === undefined
      ? [pool, async () => {}]
      : openConnections(options, directUrl, Math.min(maxIdleTimeMs, DIRECT_IDLE_MS));
  const { slowQueryMs, onSlowQuery, onAnnounced = () => undefined } = options;
  const observe = { slowQueryMs, onSlowQuery, prepareStatements: directUrl === undefined, onAnnounced };

  async function withClient<T>(
    work: (session: Session) => Promise<T>,
    settings: { applicationName?: string; signal?: AbortSignal } = {},
  ): Promise<T> {
    settings.signal?.throwIfAborted();
    const from = settings.applicationName ? direct : pool;
    const client = await from.connect();
    const health: Health = { broken: undefined };
    const abort = (): void => {
      health.broken = new Error('aborted');
      // The socket goes first: a server that waits in COPY FROM STDIN reads no cancel message.
      cutConnection(client);
    };
    const onError = (error: Error): void => {
      health.broken = error;
    };
    client.on('error', onError);
    settings.signal?.addEventListener('abort', abort, { once: true });
    try {
      const session = createSession(client, observe, health);
      if (settings.applicationName) {
        await client.query('SELECT set_config($1, $2, false)', [
          'application_name',
          settings.applicationName,
        ]);
      }
      const result = await work(session);
      if (settings.applicationName) {
        await client.query('SELECT set_config($1, $2, false)', ['application_name', options.applicationName]);
      }
      return result;
    } catch (error) {
      // Named work may leave a half-done COPY behind: its connection is not used again.
      if (settings.applicationName) health.broken ??= error as Error;
      throw error;
    } finally {
      settings.signal?.removeEventListener('abort', abort);
      client.off('error', onError);
      const isSpare = from.idleCount >= options.maxIdle && from.waitingCount === 0;
      client.release(health.broken ?? isSpare);
    }
  }

  return {
    ...statements(pool, observe),
    session: withClient,
    transaction: (work, isolation) => withClient((session) => session.transaction(work, isolation)),
    async close() {
      await Promise.all([endPool(), endDirect()]);
    },
  };
}

/** A pool of the driver, and what ends it. */
function openConnections(
  options: PoolOptions,
  connectionString: string,
  idleTimeoutMillis: number,
): [pg.Pool, () => Promise<void>] {
  const pool = new pg.Pool({
    connectionString,
    max: options.maxConnections,
    maxLifetimeSeconds: Math.ceil(options.maxLifetimeMs / 1000),
    idleTimeoutMillis,
    connectionTimeoutMillis: 10_000,
    application_name: options.applicationName,
    keepAlive: true,
  });
  let closing = false;
  pool.on('error', (error) => {
    // A server that stops right after the pool may end connections before it reads that they are closed.
    if (!closing) options.onConnectionError(error);
  });
  // In the moment in which the pool hands it over nobody else listens, and an error that nobody hears ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const { silenceMs = SILENCE_MS, onConnectionError: onLost } = options;
  const endWatch = watchForHalfOpen(pool, { url: connectionString, silenceMs, onLost });
  return [
    pool,
    async () => {
      closing = true;
      await pool.end();
      endWatch();
    },
  ];
}

/** A connection outside the pool, e.g. for LISTEN; the caller ends it. */
export async function connect(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  // The caller can listen only once it has it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

interface Observe {
  readonly prepareStatements: boolean;
  readonly slowQueryMs: number;
  readonly onSlowQuery: (name: string, durationMs: number) => void;
  readonly onAnnounced: (message: object) => void;
}

/** Why a connection cannot go back into the pool. */
interface Health {
  broken: Error | undefined;
}

function createSession(client: pg.PoolClient, observe: Observe, health: Health): Session {
  const openCopies = new Set<Writable>();
  const openReads = new Set<Readable>();
  let announced: object[] | undefined;
  const session: Session = {
    ...statements(client, observe),
    announce(message) {
      if (announced) announced.push(message);
      else observe.onAnnounced(message);
    },
    backendPid: (client as unknown as { processID: number }).processID,
    copyIn(statement) {
      const stream = client.query(copyFrom(statement));
      openCopies.add(stream);
      stream.once('close', () => openCopies.delete(stream));
      return stream;
    },
    copyOut(statement) {
      const stream: CopyOut = createCopyOut(inlineValues(statement), () => openReads.delete(stream));
      openReads.add(stream);
      client.query(stream as unknown as pg.Submittable);
      return stream;
    },
    async transaction(work, isolation = 'READ COMMITTED') {
      await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
      const messages: object[] = (announced = []);
      try {
        const result = await work(session);
        const { command } = await client.query('COMMIT');
        announced = undefined;
        // A transaction whose error was swallowed ends with the word ROLLBACK.
        if (command === 'COMMIT') messages.forEach(observe.onAnnounced);
        return result;
      } catch (error) {
        announced = undefined;
        // The server reads nothing else while it waits for rows: an open COPY ends before the ROLLBACK is sent.
        for (const stream of openCopies) stream.destroy(error as Error);
        if (openReads.size > 0) {
          // A ROLLBACK would wait until all rows had come.
          health.broken = error as Error;
          cutConnection(client);
          throw error;
        }
        await client.query('ROLLBACK').catch((rollbackError: Error) => {
          health.broken = rollbackError;
        });
        throw error;
      }
    },
  };
  return session;
}

function cutConnection(client: pg.PoolClient): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

function statements(client: pg.Pool | pg.PoolClient, observe: Observe): Database {
  async function send<Result extends pg.QueryResult | pg.QueryArrayResult>(
    name: string,
    config: pg.QueryConfig,
  ): Promise<Result> {
    const started = performance.now();
    try {
      return (await client.query(config)) as unknown as Result;
    } finally {
      const durationMs = performance.now() - started;
      if (durationMs >= observe.slowQueryMs) observe.onSlowQuery(name, durationMs);
    }
  }
  function asSent(name: string, { text, values, isPrepared }: Sql): pg.QueryConfig {
    const named = isPrepared && observe.prepareStatements ? { name } : {};
    return { ...named, text, values: [...values] };
  }
  return {
    announce: observe.onAnnounced,
    async many<Row>(name: string, statement: Sql) {
      return (await send<pg.QueryResult>(name, asSent(name, statement))).rows as Row[];
    },
    async maybeOne<Row>(name: string, statement: Sql) {
      return (await send<pg.QueryResult>(name, asSent(name, statement))).rows[0] as Row | undefined;
    },
    async run(name, statement) {
      return (await send<pg.QueryResult>(name, asSent(name, statement))).rowCount ?? 0;
    },
    async raw(name, statement) {
      const config = { ...asSent(name, statement), rowMode: 'array', types: rawTypes };
      return (await send<pg.QueryArrayResult>(name, config as pg.QueryConfig)).rows as (string | null)[][];
    },
  };
}
