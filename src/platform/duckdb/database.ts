import { resolve } from 'node:path';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Sql } from '../postgres/sql.ts';
import { duckDbError } from './errors.ts';
import { createRowAppender, type RowAppender } from './row-appender.ts';

export interface DuckDbOptions {
  /** A folder on the local disk: the only one that statements can reach, and where DuckDB puts what it has no memory for. */
  readonly scratchDir: string;
  /** Interrupts the statement under way; the promise then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Default 64. The process grows by about 1.5 times as much. */
  readonly memoryMegabytes?: number;
}

/**
 * An analytical database in this process, for one piece of work. Rows come in by an appender and go out whole: a
 * streamed result of the binding ends the same way whether it was complete or failed, so there is none.
 */
export interface DuckDb {
  run(statement: Sql): Promise<void>;
  /** All rows, column by column; for results that fit into memory, see `DuckDbOptions`. */
  columns(statement: Sql): Promise<DuckDBValue[][]>;
  /** Texts as one value of a statement. */
  list(texts: readonly string[]): DuckDBValue;
  /** For the rows of a table. Closed by its user, or together with the database. */
  appender(table: string): Promise<RowAppender>;
}

const DEFAULT_MEGABYTES = 64;
/** Beyond, the process grows past what a job may take, whatever the limit says. */
const MOST_MEGABYTES = 96;

/** Opens a database, hands it to `work`, and closes it whatever happens. */
export async function withDuckDb<T>(options: DuckDbOptions, work: (db: DuckDb) => Promise<T>): Promise<T> {
  const { signal, memoryMegabytes = DEFAULT_MEGABYTES } = options;
  const scratchDir = resolve(options.scratchDir);
  signal.throwIfAborted();
  // Its library takes 30 MB, which a process that runs no such task does without.
  const { DuckDBInstance, listValue } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.min(memoryMegabytes, MOST_MEGABYTES)}MB`,
    // A second thread would double what a statement needs at least, and the other core has work of its own.
    threads: '1',
    temp_directory: scratchDir,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const appenders = new Set<RowAppender>();
  let connection: DuckDBConnection | undefined;
  let interrupts: NodeJS.Timeout | undefined;
  // A statement that has not quite begun forgets that it was interrupted, so it is told until it has ended.
  const interrupt = (): void => {
    interrupts = setInterval(() => connection?.interrupt(), 20);
    connection?.interrupt();
  };
  try {
    connection = await instance.connect();
    await confine(connection, scratchDir);
    signal.addEventListener('abort', interrupt, { once: true });
    return await work({
      ...openDatabase(connection, appenders, signal),
      list: (values) => listValue([...values]),
    });
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(interrupts);
    for (const appender of appenders) appender.discard();
    connection?.closeSync();
    instance.closeSync();
  }
}

/** The order matters: a folder can only be allowed before the outside is closed, and the lock comes last. */
async function confine(connection: DuckDBConnection, scratchDir: string): Promise<void> {
  await connection.run(`SET allowed_directories = ['${scratchDir.replaceAll("'", "''")}']`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

function openDatabase(
  connection: DuckDBConnection,
  appenders: Set<RowAppender>,
  signal: AbortSignal,
): Omit<DuckDb, 'list'> {
  async function read(statement: Sql): Promise<DuckDBValue[][]> {
    signal.throwIfAborted();
    try {
      const result = await connection.run(statement.text, statement.values as DuckDBValue[]);
      const columns = await result.getColumns();
      return Array.from({ length: result.columnCount }, (_, at) => columns[at] ?? []);
    } catch (error) {
      throw duckDbError(error, signal);
    }
  }

  return {
    async run(statement) {
      await read(statement);
    },
    columns: read,
    async appender(table) {
      signal.throwIfAborted();
      const appender = createRowAppender(await connection.createAppender(table), signal);
      appenders.add(appender);
      return {
        ...appender,
        close() {
          // What it holds in native memory goes when nobody knows it any more.
          appenders.delete(appender);
          appender.close();
        },
      };
    },
  };
}
