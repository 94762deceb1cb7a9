import type { Database, Pool } from './database.ts';
import { createReplica, type Replica, systemOf, within, writtenBytes } from './replica.ts';
import type { Sql } from './sql.ts';

export interface ReadPoolOptions {
  readonly primary: Pool;
  /** Where the versions are asked, on the primary. */
  readonly versions: Pool;
  readonly replicas: readonly Pool[];
  /** Statements, by name, whose answers are settled by the versions that their caller has seen. */
  readonly statements: ReadonlySet<string>;
  /** A replica that takes longer is passed over; default 2 s. */
  readonly answerWithinMs?: number;
  /** How often replicas are looked at; default 1 s. */
  readonly lookEveryMs?: number;
  readonly onLost: (replica: number, error: Error) => void;
  readonly onFound: (replica: number) => void;
}

/** A pool whose reads are spread over replicas. */
export interface ReadPool {
  /** Sends those statements to a replica that has seen what its caller has, all others to the primary. */
  readonly pool: Pool;
  /** For questions about versions: what they answer is what replicas have to have replayed. */
  readonly versions: Pool;
  /** By how many bytes of log each replica was behind when it was looked at last; undefined: it is not used. */
  lag(): readonly (number | undefined)[];
  close(): Promise<void>;
}

/**
 * Reads go to a replica only if it has replayed the log of the primary up to the moment when the present versions were
 * first seen, so that nobody reads older numbers than the version says. Whatever a replica cannot answer (it is gone, slow,
 * ends a statement for its replay) the primary is asked at once: no question fails for want of a replica.
 */
export function createReadPool(options: ReadPoolOptions): ReadPool {
  const { primary, statements, answerWithinMs = 2000 } = options;
  const needs = createNeeds(options.versions);
  const replicas = openReplicas(options, answerWithinMs);
  let written: bigint | undefined;
  let turn = 0;

  async function lookAtAll(): Promise<void> {
    written = await writtenBytes(primary).catch(() => undefined);
    await Promise.all(replicas.map((replica) => replica.look()));
  }
  const timer = setInterval(() => void lookAtAll(), options.lookEveryMs ?? 1000).unref();
  void lookAtAll();

  /** One that has replayed what is needed; asked now if it had not when it was asked last. */
  async function freshReplica(): Promise<Replica | undefined> {
    const needed = needs.bytes();
    if (needed === undefined) return undefined;
    const isFresh = (replica: Replica): boolean =>
      replica.isUsable() && (replica.replayed() ?? -1n) >= needed;
    for (let tried = 0; tried < replicas.length; tried++) {
      const replica = replicas[turn++ % replicas.length] as Replica;
      if (!replica.isUsable()) continue;
      if (!isFresh(replica)) await replica.look();
      if (isFresh(replica)) return replica;
    }
    return undefined;
  }

  async function read<T>(name: string, ask: (db: Database) => Promise<T>): Promise<T> {
    const replica = statements.has(name) ? await freshReplica() : undefined;
    if (!replica) return ask(primary);
    try {
      return await within(answerWithinMs, ask(replica.pool));
    } catch (error) {
      replica.lose(error as Error);
      return ask(primary);
    }
  }

  return {
    pool: {
      ...primary,
      many: <Row>(name: string, statement: Sql) => read(name, (db) => db.many<Row>(name, statement)),
      maybeOne: <Row>(name: string, statement: Sql) => read(name, (db) => db.maybeOne<Row>(name, statement)),
      raw: (name, statement) => read(name, (db) => db.raw(name, statement)),
    },
    versions: needs.versions,
    lag: () => replicas.map((replica) => lagOf(replica, written)),
    async close() {
      clearInterval(timer);
      // What hangs on a replica that was lost is not waited for.
      await Promise.allSettled(replicas.map(({ pool }) => within(answerWithinMs, pool.close())));
    },
  };
}

function openReplicas(options: ReadPoolOptions, answerWithinMs: number): Replica[] {
  let system: Promise<string> | undefined;
  const systemOfPrimary = (): Promise<string> =>
    (system ??= systemOf(options.primary).catch((error: unknown) => {
      system = undefined;
      throw error;
    }));
  return options.replicas.map((pool, no) =>
    createReplica({
      pool,
      systemOfPrimary,
      answerWithinMs,
      onLost: (error) => options.onLost(no, error),
      onFound: () => options.onFound(no),
    }),
  );
}

/** How much of the log belongs to the versions that were seen; undefined before any were. */
function createNeeds(db: Pool): { readonly versions: Pool; bytes(): bigint | undefined } {
  let bytes: bigint | undefined;
  let seen: string | undefined;
  return {
    bytes: () => bytes,
    versions: {
      ...db,
      async raw(name, statement) {
        const rows = await db.raw(name, statement);
        const text = JSON.stringify(rows);
        if (text !== seen) {
          // After the rows were read: what made them is in the log by now. Before they are handed on.
          const written = await writtenBytes(db);
          if (bytes === undefined || written > bytes) bytes = written;
          seen = text;
        }
        return rows;
      },
    },
  };
}

function lagOf(replica: Replica, written: bigint | undefined): number | undefined {
  const replayed = replica.replayed();
  if (!replica.isUsable() || replayed === undefined || written === undefined) return undefined;
  return Math.max(0, Number(written - replayed));
}
