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

/** The spellings above a number, or those with the given numbers; by display name in code-point order. */
export function listSpellings(db: Database, wanted: 'all' | readonly number[]): Promise<SpellingRow[]> {
  return db.many<SpellingRow>(
    'listSpellings',
    wanted === 'all'
      ? sql`SELECT no, published, name, key, fold, compact FROM name_spellings ORDER BY name, no`
      : sql`
          SELECT no, published, name, key, fold, compact FROM name_spellings
          WHERE no = ANY (${wanted}::int[]) ORDER BY name, no`,
  );
}
