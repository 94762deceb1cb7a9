import type { FastifyReply, FastifyRequest } from 'fastify';
import { fetchIntoStore } from '#engine/fetching/fetch-into-store.ts';
import { doOnce, type OnceResult } from '#engine/idempotency/do-once.ts';
import { fingerprintJson } from '#engine/idempotency/fingerprint.ts';
import { readIdempotencyKey } from '#engine/idempotency/idempotency-key.ts';
import { uploadOnce } from '#engine/idempotency/upload-once.ts';
import { AppError } from '#platform/errors.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { type ReceivedUpload, receiveUpload } from '#platform/http/receive-upload.ts';
import { newId } from '#platform/ids.ts';
import { type AcceptDependencies, acceptUpload, originalKey } from './accept-upload.ts';
import { acceptUrl, type UrlDependencies } from './accept-url.ts';
import { readUploadFields } from './upload-fields.ts';
import { formFields, isByUrl, type UploadByUrl } from './upload-form.ts';

export interface UploadDependencies extends AcceptDependencies, UrlDependencies {
  /** Largest file that this caller may send or have fetched; 0: no limit. */
  readonly maxUploadBytes: (caller: Caller) => number;
}

/** Whoever only asks what a file is waits for it no longer. */
const LOOK_WITHIN_MS = 60_000;

/** Makes a dataset of the file or address that comes, or finds the one that the same request made before. */
export function keepUpload(
  request: FastifyRequest,
  reply: FastifyReply,
  dependencies: UploadDependencies,
): Promise<OnceResult> {
  const { pool, files, maxUploadBytes } = dependencies;
  const { body, caller } = request;
  const datasetId = newId();
  const once = { pool, request, reply, key: readIdempotencyKey(request.headers) };
  if (isByUrl(body)) {
    return doOnce(once, {
      receive: () => Promise.resolve({ fingerprint: fingerprintJson(body) }),
      async create(_body, seal) {
        const by = { keyId: caller.keyId, seal };
        await acceptUrl(dependencies, { datasetId, url: body.url }, readUploadFields(formFields(body)), by);
        return datasetId;
      },
    });
  }
  return uploadOnce({
    ...once,
    files,
    fileKey: originalKey(datasetId),
    maxBytes: maxUploadBytes(caller),
    async create(upload, seal) {
      const by = { keyId: caller.keyId, seal };
      await acceptUpload(dependencies, { ...upload, datasetId }, readUploadFields(upload.fields), by);
      return datasetId;
    },
  });
}

/** Receives or fetches a file for as long as `work` takes. */
export async function lookAtUpload<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  dependencies: UploadDependencies,
  work: (upload: ReceivedUpload) => Promise<T>,
): Promise<T> {
  const { files, maxUploadBytes } = dependencies;
  const { body, caller } = request;
  // Swept like an upload without a dataset, should the process die on the way.
  const key = originalKey(newId());
  const maxBytes = maxUploadBytes(caller);
  const upload = isByUrl(body)
    ? await fetchUpload(dependencies, body, { key, maxBytes, signal: untilLeft(request, reply) })
    : await receiveUpload(request, { files, key, maxBytes });
  try {
    return await work(upload);
  } finally {
    await files.delete(key);
  }
}

async function fetchUpload(
  { files, sourceRules }: UploadDependencies,
  body: UploadByUrl,
  options: { readonly key: string; readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<ReceivedUpload> {
  const fetched = await fetchIntoStore({
    ...options,
    url: body.url,
    store: files,
    rules: sourceRules,
    limits: { totalMs: LOOK_WITHIN_MS },
  });
  return { ...fetched, key: options.key, fields: formFields(body) };
}

/** Aborts when nobody waits for the answer any more, and when the server begins to stop. */
function untilLeft({ server }: FastifyRequest, { raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  const gone = new AppError('invalid', 'client_went_away', 'Nobody waited for the answer.');
  raw.once('close', () => left.abort(gone));
  return AbortSignal.any([left.signal, server.stopping]);
}
