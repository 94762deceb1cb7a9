import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rawSql, sql } from '../postgres/sql.ts';
import type { DuckDb } from './database.ts';

/**
 * Makes the table `cells`, empty, with text columns of these names in this order. A statement cannot take the names of
 * columns as parameters; reading a file can, so the table takes them from a line of as many cells in `scratchDir`.
 * Names are not empty, hold no NUL, and differ in more than case.
 */
export async function createTextTable(
  db: DuckDb,
  scratchDir: string,
  names: readonly string[],
): Promise<void> {
  const path = join(scratchDir, 'names.csv');
  await writeFile(path, `${names.map(() => 'x').join(',')}\n`);
  await db.run(
    sql`CREATE OR REPLACE TABLE cells AS
        SELECT * FROM read_csv(${path}, names = ${db.list(names)}, header = false, all_varchar = true,
                               delim = ',', quote = '"', escape = '"', skip = 0)
        LIMIT 0`,
  );
  await rm(path);
}

/** Rows of a group, which is held in memory until it is written. */
export type GroupRows = keyof typeof GROUP_SIZES;

const GROUP_SIZES = {
  2048: rawSql('ROW_GROUP_SIZE 2048'),
  16_384: rawSql('ROW_GROUP_SIZE 16384'),
  122_880: rawSql('ROW_GROUP_SIZE 122880'),
};

/** Writes the table `cells` as Parquet. */
export function writeParquet(db: DuckDb, path: string, groupRows: GroupRows): Promise<void> {
  const size = GROUP_SIZES[groupRows];
  return db.run(sql`COPY (SELECT * FROM cells) TO ${path} (FORMAT parquet, COMPRESSION zstd, ${size})`);
}
