import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

export interface SpellingRow {
  readonly no: number;
  readonly published: string;
  /** Display form. */
  readonly name: string;
  readonly key: string;
  readonly fold: string;
  readonly compact: string;
}

/** Every transaction below this number had ended when it was asked: what it added is in the next statement's rows. */
export async function findOldestTransaction(db: Database): Promise<string> {
  const row = await db.maybeOne<{ xmin: string }>(
    'findOldestTransaction',
    sql`SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin`,
  );
  return (row as { xmin: string }).xmin;
}

/** The spellings added by transactions from this number on, by display name in code-point order. */
export function listSpellings(db: Database, sinceTransaction: string): Promise<SpellingRow[]> {
  return db.many<SpellingRow>(
    'listSpellings',
    sql`
      SELECT no, published, name, key, fold, compact FROM name_spellings
      WHERE added_by >= ${sinceTransaction}::xid8 ORDER BY name, no`,
  );
}
