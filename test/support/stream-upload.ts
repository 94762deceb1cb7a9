import { createReadStream, statSync } from 'node:fs';
import { request } from 'node:http';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface UploadAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  /** `performance.now()` when the head of the answer came. */
  readonly answeredAt: number;
}

export interface UploadRequest {
  readonly url: string;
  readonly key: string;
  readonly file: string;
  readonly fields: Readonly<Record<string, string>>;
  /** `/v1/datasets` unless given. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Stands between the file and the wire, to slow it down or to cut it off. */
  readonly through?: (bytes: Readable) => AsyncIterable<Uint8Array>;
}

const BOUNDARY = 'affirm-name-boundary-7f0d';

/** Sends a file of any size as a form, from disk to wire. */
export async function uploadFile(upload: UploadRequest): Promise<UploadAnswer> {
  const { url, key, file, fields, path = '/v1/datasets' } = upload;
  const head = Buffer.from(
    `${Object.entries(fields).map(fieldPart).join('')}--${BOUNDARY}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${basename(file)}"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  const answer = Promise.withResolvers<UploadAnswer>();
  const sent = request(`${url}${path}`, {
    method: 'POST',
    headers: {
      ...upload.headers,
      authorization: `Bearer ${key}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': head.length + statSync(file).size + tail.length,
    },
  });
  sent.on('error', answer.reject);
  sent.on('response', (response) => {
    const answeredAt = performance.now();
    response
      .toArray()
      .then((chunks: Buffer[]) => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        answer.resolve({ status: response.statusCode ?? 0, body, answeredAt });
      })
      .catch(answer.reject);
  });
  const bytes = createReadStream(file, { highWaterMark: 1 << 18 });
  // A refusal may come before the last byte: then the answer counts, not the broken pipe.
  pipeline(async function* body() {
    yield head;
    yield* upload.through?.(bytes) ?? bytes;
    yield tail;
  }, sent).catch(answer.reject);
  return answer.promise;
}

function fieldPart([name, value]: [string, string]): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}
