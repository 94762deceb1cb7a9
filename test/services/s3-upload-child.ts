/** Uploads without an end, until it is killed: options of the store and a key as arguments; says when parts are there. */
import type { S3Options } from '#platform/files/s3-client.ts';
import { createS3FileStore } from '#platform/files/s3-file-store.ts';

const [options = '', key = ''] = process.argv.slice(2);
const PARTS_FIRST = 6;
const PIECE = Buffer.alloc(1024 * 1024, 'x');

async function* endless(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; ; sent++) {
    if (sent === 8 * PARTS_FIRST) process.stdout.write('parts are there\n');
    yield PIECE;
  }
}

await createS3FileStore(JSON.parse(options) as S3Options).write(key, endless());
