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
export async function listSpellings(db: Database, sinceTransaction: string): Promise<SpellingRow[]> {
  // Most names are published as they are shown, and most keys are their own fold: one string then serves for both.
  const rows = await db.raw(
    'listSpellings',
    sql`
      SELECT no, name, nullif(published, name), key, nullif(fold, key), nullif(compact, fold) FROM name_spellings
      WHERE added_by >= ${sinceTransaction}::xid8 ORDER BY name, no`,
  );
  return rows.map(([no, shown, published, itsKey, itsFold, compact]) => {
    const name = shown as string;
    const key = itsKey as string;
    const fold = itsFold ?? key;
    return { no: Number(no), published: published ?? name, name, key, fold, compact: compact ?? fold };
  });
}
