import type { Database, Pool } from './database.ts';
import { sql } from './sql.ts';

/** A standby that follows the primary. */
export interface Replica {
  readonly pool: Pool;
  /** False once it was lost, until it answers again. */
  isUsable(): boolean;
  /** Bytes of the primary's log that it has replayed; undefined before the first look. */
  replayed(): bigint | undefined;
  /** Asks it how far it is, unless that was asked a moment ago. Never rejects. */
  look(): Promise<void>;
  /** It failed: nobody asks it before the next look. */
  lose(error: Error): void;
}

export interface ReplicaOptions {
  readonly pool: Pool;
  /** Of the primary: another server's log tells nothing about ours. */
  readonly systemOfPrimary: () => Promise<string>;
  readonly answerWithinMs: number;
  readonly onLost: (error: Error) => void;
  readonly onFound: () => void;
}

const LOOKED_JUST_NOW_MS = 50;

export function createReplica(options: ReplicaOptions): Replica {
  const { pool, answerWithinMs } = options;
  let replayed: bigint | undefined;
  let isUsable = false;
  /** Why it was lost, as said last. */
  let told: string | undefined;
  let lookedAt = -Infinity;
  let looking: Promise<void> | undefined;

  function lose(error: Error): void {
    if (isUsable || told !== error.message) options.onLost(error);
    told = error.message;
    isUsable = false;
    replayed = undefined;
  }

  async function ask(): Promise<void> {
    try {
      const system = await options.systemOfPrimary();
      const state = await within(answerWithinMs, askState(pool));
      if (state.system !== system) throw new Error('It is no copy of the database of DATABASE_URL.');
      if (state.replayed === null) throw new Error('It follows no primary.');
      replayed = BigInt(state.replayed);
      if (!isUsable) options.onFound();
      isUsable = true;
    } catch (error) {
      lose(error as Error);
    }
    lookedAt = performance.now();
  }

  return {
    pool,
    lose,
    isUsable: () => isUsable,
    replayed: () => replayed,
    async look() {
      if (performance.now() - lookedAt < LOOKED_JUST_NOW_MS) return;
      looking ??= ask().finally(() => {
        looking = undefined;
      });
      await looking;
    },
  };
}

/** Rejects when the answer takes longer; what was asked goes on unheard. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No answer within ${ms} ms.`)), ms);
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}

/** How many bytes of log the primary has written. */
export async function writtenBytes(db: Database): Promise<bigint> {
  const row = await db.maybeOne<{ written: string }>(
    'writtenBytes',
    sql`SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text AS written`,
  );
  return BigInt(row?.written ?? 0);
}

/** Which cluster a server belongs to; its standbys answer the same. */
export async function systemOf(db: Database): Promise<string> {
  const row = await db.maybeOne<{ system: string }>(
    'systemOf',
    sql`SELECT system_identifier::text AS system FROM pg_control_system()`,
  );
  return row?.system ?? '';
}

interface State {
  readonly system: string;
  /** Null: it is a primary. */
  readonly replayed: string | null;
}

async function askState(db: Database): Promise<State> {
  const row = await db.maybeOne<State>(
    'replicaState',
    sql`
      SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
             CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text END AS replayed`,
  );
  return row as State;
}
