import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { AppError } from '#platform/errors.ts';
import type { ApiClient } from './api-client.ts';

/**
 * Writes what the server answers into a file or, for `-`, to standard output, as it comes. A file is there when all of
 * it is there. AppError `answer_cut_off` when the server stopped in the middle.
 */
export async function saveAnswer(api: ApiClient, path: string, out: string): Promise<void> {
  const response = await api.request(path, {
    // The bytes are to be kept as they are, not packed for the way.
    headers: { accept: '*/*', 'accept-encoding': 'identity' },
  });
  tellLeftOut(response.headers.get('x-left-out-sources'));
  if (!response.body) return;
  const bytes = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  if (out === '-') return copy(bytes, process.stdout, path);
  const partial = `${out}.part`;
  try {
    await copy(bytes, createWriteStream(partial), path);
    await rename(partial, out);
  } finally {
    await rm(partial, { force: true });
  }
}

/** What an export must not merge is in no line of it. */
function tellLeftOut(header: string | null): void {
  for (const { source, country, licence, reason, more } of JSON.parse(header ?? '[]') as LeftOut[]) {
    const line =
      more === undefined ? `${source} (${country}), licence ${licence ?? 'none'}: ${reason}` : `${more} more`;
    process.stderr.write(`Left out: ${line}\n`);
  }
}

interface LeftOut {
  readonly source: string;
  readonly country: string;
  readonly licence: string | null;
  readonly reason: string;
  /** In place of the others: how many there was no room for. */
  readonly more?: number;
}

async function copy(bytes: Readable, target: NodeJS.WritableStream, path: string): Promise<void> {
  try {
    await pipeline(bytes, target, { end: target !== process.stdout });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Whoever reads has seen enough (… | head).
    if (code === 'EPIPE') return;
    if (code !== undefined && code.startsWith('E') && !code.startsWith('ERR_')) throw error;
    const message = `The answer of ${path} was cut off; what was written is not all of it.`;
    throw new AppError('unavailable', 'answer_cut_off', message, undefined, { cause: error });
  }
}
