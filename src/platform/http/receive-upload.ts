import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';

/** A file that lies in the store. */
interface ReceivedFile {
  readonly key: string;
  /** The client's name of it, safe to store and to show; never a path. */
  readonly filename: string;
  readonly size: number;
  readonly sha256: string;
}

/** The part `file` of a form, and what came with it. */
export interface ReceivedUpload extends ReceivedFile {
  /** The other file, where the route takes one and it came. */
  readonly second?: ReceivedFile;
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

export interface ReceiveOptions {
  readonly files: Pick<FileStore, 'write' | 'delete'>;
  readonly key: string;
  /** Another part that may hold a file, and where that comes to lie. */
  readonly second?: { readonly field: string; readonly key: string };
  /** Of one file; 0: no limit. */
  readonly maxBytes: number;
}

const MAX_NAME_LENGTH = 255;

/**
 * Streams the part `file` of a multipart request (and `second`) into the store while hashing it; fields may come before
 * and after.
 * Nothing stays behind when it throws: missing_file, invalid_request, upload_failed (invalid), file_too_large (too_large).
 */
export async function receiveUpload(
  request: FastifyRequest,
  options: ReceiveOptions,
): Promise<ReceivedUpload> {
  if (!request.isMultipart()) throw missingFile();
  const { files, maxBytes } = options;
  const keys = new Map([['file', options.key]]);
  if (options.second) keys.set(options.second.field, options.second.key);
  const fields = new Map<string, string[]>();
  const received = new Map<string, ReceivedFile>();
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        const { fieldname, filename } = part;
        const key = keys.get(fieldname);
        if (key === undefined || received.has(fieldname)) throw unexpectedFile(fieldname, key !== undefined);
        const written = await files.write(key, part.file, { maxBytes });
        received.set(fieldname, { key, filename: safeFileName(filename), ...written });
        continue;
      }
      if (part.valueTruncated) throw tooLong(part.fieldname);
      // A part that says it is JSON comes parsed.
      const text = typeof part.value === 'string' ? part.value : JSON.stringify(part.value);
      fields.set(part.fieldname, [...(fields.get(part.fieldname) ?? []), text]);
    }
    const first = received.get('file');
    if (!first) throw missingFile();
    const second = options.second && received.get(options.second.field);
    return { ...first, ...(second && { second }), fields };
  } catch (error) {
    // The rest of the body is passed over, or the client would not get to read the answer.
    request.raw.unpipe().resume();
    for (const { key } of received.values()) await files.delete(key);
    throw isCutOff(error) ? uploadFailed(error) : error;
  }
}

/** The client left, or the multipart parser, which has no codes, says that the body is not whole. */
function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof AppError) return false;
  return (
    (error as NodeJS.ErrnoException).code === 'ECONNRESET' || /multipart|part header/i.test(error.message)
  );
}

function uploadFailed(cause: unknown): AppError {
  const message = 'The body did not arrive whole, or is no multipart/form-data. Send it again.';
  return new AppError('invalid', 'upload_failed', message, undefined, { cause });
}

/** The last segment of a path as people wrote it, without control characters, at most 255 characters, its end kept. */
export function safeFileName(name: string | undefined): string {
  const last = (name ?? '').split(/[/\\]/).at(-1) ?? '';
  const shown = last
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .trim();
  if (shown === '' || /^\.+$/.test(shown)) return 'upload';
  return Array.from(shown).slice(-MAX_NAME_LENGTH).join('');
}

function missingFile(): AppError {
  return new AppError(
    'invalid',
    'missing_file',
    'There is no file. Send multipart/form-data with the part "file" (curl -F file=@names.zip).',
  );
}

function unexpectedFile(field: string, isKnown: boolean): AppError {
  const message = isKnown ? 'was sent more than once' : `${field} is not a file that is known here`;
  return new AppError('invalid', 'invalid_request', 'The request was not understood: see details.', [
    { field, message },
  ]);
}

function tooLong(field: string): AppError {
  return new AppError('invalid', 'invalid_request', 'The request was not understood: see details.', [
    { field, message: 'is too long' },
  ]);
}
