import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '#platform/errors.ts';
import { randomToken } from '#platform/ids.ts';
import type { ApiClient, Single } from './api-client.ts';

/** The part of the API's answer that the command line uses. */
export interface AcceptedFile {
  readonly dataset_id: string;
  readonly job_id: string;
}

/** Streams a file to the server; `onSent` hears how many of its bytes are on their way. */
export async function uploadFile(
  api: ApiClient,
  file: string,
  fields: Readonly<Record<string, string>>,
  onSent: (sent: number, total: number) => void,
): Promise<AcceptedFile> {
  const size = await sizeOf(file);
  const boundary = `affirm-name-${randomToken(18)}`;
  const head = [
    ...Object.entries(fields).map(([name, value]) => fieldPart(boundary, name, value)),
    filePart(boundary, file),
  ];
  const before = Buffer.from(head.join(''));
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);

  async function* body(): AsyncGenerator<Buffer> {
    yield before;
    let sent = 0;
    for await (const chunk of createReadStream(file, {
      highWaterMark: 256 * 1024,
    }) as AsyncIterable<Buffer>) {
      yield chunk;
      sent += chunk.length;
      onSent(sent, size);
    }
    yield after;
  }

  const response = await api.request('/v1/datasets', {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: ReadableStream.from(body()),
    duplex: 'half',
  });
  return ((await response.json()) as Single<AcceptedFile>).data;
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

function filePart(boundary: string, file: string): string {
  const name = basename(file)
    .replaceAll('"', '%22')
    .replaceAll(/[\r\n]/g, ' ');
  return (
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n'
  );
}
