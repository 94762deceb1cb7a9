import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Client } from 'pg';
import { onConnection } from '../support/connection.ts';

/** The table of the product with all its indexes and checks; what the files do not say costs COPY next to nothing. */
const TABLE = `
  DROP SCHEMA IF EXISTS bench CASCADE;
  CREATE SCHEMA bench;
  CREATE TABLE bench.users (LIKE users INCLUDING ALL);
  ALTER TABLE bench.users ALTER created_at SET DEFAULT now(), ALTER updated_at SET DEFAULT now();`;

/** What an export has by default. */
const EXPORTED = 'id, email, username, bio, image, created_at, updated_at';

export interface Copied {
  readonly ms: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Loads the clean rows in one transaction into a table like `users`, as `\copy … from` does. */
export function timeCopyIn(url: string, csv: string): Promise<Copied> {
  return onConnection(url, async (client) => {
    await client.query(TABLE);
    await client.query('CHECKPOINT');
    const start = performance.now();
    const target = client.query(
      copyFrom('COPY bench.users (id, email, username, bio, image) FROM STDIN (FORMAT csv, HEADER)'),
    );
    await pipeline(createReadStream(csv, { highWaterMark: 1 << 18 }), target);
    const ms = performance.now() - start;
    const copied = { ms, rows: target.rowCount, bytes: await sizeOf(client) };
    await client.query('DROP SCHEMA bench CASCADE');
    return copied;
  });
}

/** Reads the table of the product, as `\copy … to` does. */
export function timeCopyOut(url: string): Promise<Copied> {
  return onConnection(url, async (client) => {
    let bytes = 0;
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        done();
      },
    });
    const start = performance.now();
    const source = client.query(copyTo(`COPY users (${EXPORTED}) TO STDOUT (FORMAT csv, HEADER)`));
    await pipeline(source, sink);
    return { ms: performance.now() - start, rows: source.rowCount, bytes };
  });
}

async function sizeOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    "SELECT pg_total_relation_size('bench.users')::float8 AS bytes",
  );
  return rows[0]?.bytes ?? 0;
}
