import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '#platform/errors.ts';
import { randomToken } from '#platform/ids.ts';
import type { ApiClient } from './api-client.ts';

export interface Upload {
  /** Where the form is sent. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly file: string;
  /** Another file, sent as this part. */
  readonly second?: { readonly part: string; readonly file: string } | undefined;
  /** They stand before the file; what is undefined is left out. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  /** Hears how many bytes of the file are on their way. */
  readonly onSent: (sent: number, total: number) => void;
}

/** Streams a file to the server and gives its answer. */
export async function uploadFile<Answer>(api: ApiClient, upload: Upload): Promise<Answer> {
  const { path, headers, file, second, fields, onSent } = upload;
  const size = (await sizeOf(file)) + (second ? await sizeOf(second.file) : 0);
  const boundary = `affirm-name-${randomToken(18)}`;
  const head = [
    ...Object.entries(fields).map(([name, value]) =>
      value === undefined ? '' : fieldPart(boundary, name, value),
    ),
    filePart(boundary, 'file', file),
  ];
  const before = Buffer.from(head.join(''));
  const between = second && Buffer.from(`\r\n${filePart(boundary, second.part, second.file)}`);
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);

  async function* body(): AsyncGenerator<Buffer> {
    let sent = 0;
    const told = (chunk: Buffer): Buffer => {
      sent += chunk.length;
      onSent(sent, size);
      return chunk;
    };
    yield before;
    for await (const chunk of chunksOf(file)) yield told(chunk);
    if (second && between) {
      yield between;
      for await (const chunk of chunksOf(second.file)) yield told(chunk);
    }
    yield after;
  }

  const response = await api.request(path, {
    method: 'POST',
    headers: { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: ReadableStream.from(body()),
    duplex: 'half',
  });
  return (await response.json()) as Answer;
}

function chunksOf(file: string): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: 256 * 1024 });
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found.size;
    throw new AppError('invalid', 'not_a_file', `${file} is not a file.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AppError('not_found', 'no_such_file', `There is no file ${file}.`);
  }
}

function fieldPart(boundary: string, name: string, value: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

function filePart(boundary: string, part: string, file: string): string {
  const name = basename(file)
    .replaceAll('"', '%22')
    .replaceAll(/[\r\n]/g, ' ');
  return (
    `--${boundary}\r\nContent-Disposition: form-data; name="${part}"; filename="${name}"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n'
  );
}
