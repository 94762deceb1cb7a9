import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { FileStore } from '../files/file-store.ts';
import { type ByteRange, requestedRange } from './byte-range.ts';
import { isUnchanged, sendUnchanged } from './etag.ts';

export interface SentFile {
  readonly key: string;
  readonly size: number;
  /** Hexadecimal; also the ETag. */
  readonly sha256: string;
  /** As the client is to call it. */
  readonly filename: string;
  readonly contentType: string;
}

const content = {
  'application/octet-stream': { schema: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) },
};

/** What a route with `sendFile` answers, for its schema. */
export const FILE_ANSWERS = {
  200: { description: 'All bytes', content },
  206: { description: 'The bytes that were asked for', content },
  302: {
    description: 'Where files lie in S3: the file is at `Location`, a link that expires after five minutes',
    content: { 'application/octet-stream': { schema: Type.Unsafe<unknown>({ type: 'string' }) } },
  },
};

/**
 * Answers with a stored file or a range of it (`Range`, `If-Range`, `If-None-Match`), or with a redirect to where the
 * store itself gives it. The route sets `compress: false`: a gzip file that is called an encoding would arrive unpacked.
 * Throws AppError not_found.
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  files: FileStore,
  { key, size, sha256, filename, contentType }: SentFile,
): Promise<never> {
  const etag = `"${sha256}"`;
  if (isUnchanged(request, reply, { etag, maxAgeSeconds: 0, scope: 'private' })) return sendUnchanged(reply);
  const contentDisposition = attachment(filename);
  const range = rangeOf(request, etag, size);
  if (range === 'unsatisfiable') return refuseRange(reply, size);
  if (files.downloadUrl && goesElsewhere(request)) {
    const url = await files.downloadUrl(key, { contentDisposition, contentType });
    return redirect(reply, url);
  }
  void reply
    .type(contentType)
    .header('accept-ranges', 'bytes')
    .header('content-disposition', contentDisposition);
  const { start, end } = range ?? { start: 0, end: size };
  void reply.header('content-length', end - start);
  if (range) void reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`);
  // A stream, so that the length stays that of the file.
  if (request.method === 'HEAD') return reply.send(Readable.from([])) as never;
  return reply.send(await files.read(key, { start, end })) as never;
}

/** A link is good for one method, and the store has other tags for its files than `If-Range` names. */
function goesElsewhere({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers['if-range'] === undefined;
}

/** The link lets anybody in who knows it. */
function redirect(reply: FastifyReply, url: string): never {
  return reply.removeHeader('etag').header('cache-control', 'no-store').redirect(url, 302) as never;
}

/** A range of another version of the file is no range of this one. */
function rangeOf(
  { headers }: FastifyRequest,
  etag: string,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  return requestedRange(headers.range, size);
}

function refuseRange(reply: FastifyReply, size: number): never {
  return reply.code(416).header('content-range', `bytes */${size}`).send() as never;
}

/** RFC 6266: an ASCII form for old clients and the exact name for all others. */
function attachment(filename: string): string {
  const ascii = filename.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(filename).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}
