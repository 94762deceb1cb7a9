import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Client } from 'pg';
import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import { onConnection } from '../support/connection.ts';
import { storeOf } from '../support/store-of.ts';

const COUNTRY = '00000000-0000-4000-8000-000000000001';
const DATASET = '00000000-0000-4000-8000-000000000002';

/** Table `names` as the first design of the project had it, with what its foreign keys point at. */
const SEED_TABLES = `
  CREATE SCHEMA seed;
  CREATE TABLE seed.countries (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    code VARCHAR(2) NOT NULL UNIQUE,
    name VARCHAR(100) NOT NULL
  );
  CREATE TABLE seed.datasets (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    country_id UUID NOT NULL REFERENCES seed.countries (id) ON DELETE RESTRICT,
    filename VARCHAR(255) NOT NULL
  );
  CREATE TABLE seed.names (
    id BIGSERIAL PRIMARY KEY,
    dataset_id UUID NOT NULL REFERENCES seed.datasets (id) ON DELETE CASCADE,
    country_id UUID NOT NULL REFERENCES seed.countries (id) ON DELETE RESTRICT,
    year INTEGER NOT NULL,
    name VARCHAR(100) NOT NULL,
    gender CHAR(1) NOT NULL,
    count INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    deleted_at TIMESTAMPTZ,
    CONSTRAINT chk_year CHECK (year BETWEEN 1800 AND 2100),
    CONSTRAINT chk_gender CHECK (gender IN ('M', 'F')),
    CONSTRAINT chk_count CHECK (count > 0),
    CONSTRAINT chk_name_length CHECK (LENGTH(name) > 0 AND LENGTH(name) <= 100),
    CONSTRAINT uq_names_dataset_year_name_gender UNIQUE (dataset_id, year, name, gender)
  );
  CREATE INDEX idx_names_country_year_gender ON seed.names (country_id, year, gender) WHERE deleted_at IS NULL;
  CREATE INDEX idx_names_name_country ON seed.names (name, country_id) WHERE deleted_at IS NULL;
  CREATE INDEX idx_names_dataset_id ON seed.names (dataset_id);
  CREATE INDEX idx_names_deleted_at ON seed.names (deleted_at) WHERE deleted_at IS NOT NULL;
  CREATE INDEX idx_names_country_year_count ON seed.names (country_id, year, count DESC) WHERE deleted_at IS NULL;
  CREATE INDEX idx_names_name_year_gender ON seed.names (name, year, gender, country_id) WHERE deleted_at IS NULL;
  INSERT INTO seed.countries (id, code, name) VALUES ('${COUNTRY}', 'US', 'United States');
  INSERT INTO seed.datasets (id, country_id, filename) VALUES ('${DATASET}', '${COUNTRY}', 'names.zip');`;

export interface CopyBaseline {
  readonly ms: number;
  readonly rows: number;
  readonly bytesOnDisk: number;
}

/** Writes the rows of the national files as CSV for the columns of `seed.names`. Nothing of it is timed. */
export async function writeCopyFile(zip: string, target: string): Promise<void> {
  const { store, key } = storeOf(zip);
  const source = await openSource(store, key, 'names.zip', DEFAULT_LIMITS);
  const out = createWriteStream(target);
  try {
    for (const file of source.files) {
      const [, year] = /yob(\d{4})\.txt$/.exec(file.name) ?? [];
      if (year === undefined) continue;
      let lines = '';
      const reader = createDelimitedReader({
        dialect: { separator: ',' },
        limits: DEFAULT_LIMITS,
        onRecord: ({ cells: [name, gender, count] }) => {
          lines += `${DATASET},${COUNTRY},${year},${name},${gender},${count}\n`;
        },
        onError: ({ record }) => {
          throw new Error(`${file.name}: record ${record} was refused`);
        },
      });
      for await (const chunk of file.open()) reader.push(chunk);
      reader.end();
      if (!out.write(lines)) await once(out, 'drain');
    }
  } finally {
    await source.close();
    out.end();
    await once(out, 'close');
  }
}

/** Loads that file in one transaction, foreign keys and indexes in place. */
export function timeCopy(url: string, csv: string): Promise<CopyBaseline> {
  return onConnection(url, async (client) => {
    await client.query(SEED_TABLES);
    await client.query('CHECKPOINT');
    const start = performance.now();
    await client.query('BEGIN');
    const target = client.query(
      copyFrom('COPY seed.names (dataset_id, country_id, year, name, gender, count) FROM STDIN (FORMAT csv)'),
    );
    await pipeline(createReadStream(csv, { highWaterMark: 1 << 18 }), target);
    await client.query('COMMIT');
    const ms = performance.now() - start;
    return { ms, ...(await measureTable(client)) };
  });
}

async function measureTable(client: Client): Promise<{ rows: number; bytesOnDisk: number }> {
  const { rows } = await client.query<{ rows: number; bytesOnDisk: number }>(`
    SELECT (SELECT count(*)::int FROM seed.names) AS rows,
           pg_total_relation_size('seed.names')::float8 AS "bytesOnDisk"`);
  return rows[0] as { rows: number; bytesOnDisk: number };
}
