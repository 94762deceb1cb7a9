import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { notFound } from '#platform/errors.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { formReader } from '#platform/http/form-fields.ts';
import { OneOf, Timestamp, Uuid } from '#platform/http/schemas.ts';
import { newId } from '#platform/ids.ts';
import { doOnce, type OnceRequest, type OnceResult } from '../idempotency/do-once.ts';
import { fingerprintJson } from '../idempotency/fingerprint.ts';
import { IdempotencyHeaders, requireIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { uploadOnce } from '../idempotency/upload-once.ts';
import { acceptBundle } from './accept-bundle.ts';
import { type AcceptDependencies, acceptImport } from './accept-import.ts';
import { type ImportRequest, type ImportSchemas, importExample } from './import-form.ts';
import { uploadKey } from './upload-key.ts';
import { findImport, IMPORT_STATUSES } from './import-job.query.ts';

export interface CreateDependencies extends AcceptDependencies {
  /** Largest file that this caller may send; 0: no limit. */
  readonly maxUploadBytes: (caller: Caller) => number;
}

const AcceptedImport = Type.Object({
  job_id: Uuid,
  status: OneOf(IMPORT_STATUSES),
  created_at: Timestamp,
  callback_secret: Type.Optional(
    Type.String({ description: 'Signs the message to callback_url; shown once, in the 202' }),
  ),
  has_callback_secret: Type.Optional(
    Type.Boolean({ description: 'With callback_url, also when the request is sent again' }),
  ),
});

/** The body is a form with a file, or JSON with the URL of one. */
export function createImportRoute(
  dependencies: CreateDependencies,
  schemas: ImportSchemas,
): FastifyPluginCallbackTypebox {
  const readForm = formReader(schemas.about);
  return (app, _options, done) => {
    app.post(
      '/v1/imports',
      {
        config: { access: 'admin', scope: 'imports:write', multipart: schemas.form, example: importExample },
        schema: {
          summary: 'Import records from a file or a URL',
          description:
            'CSV, TSV, NDJSON or a workbook (XLSX, XLS, ODS), plain, as gzip or in a zip. Needs `Idempotency-Key`: ' +
            'the same request again is answered 200 with the same job. Refused at once, with nothing kept (422): ' +
            'what cannot be read, and a file without a required column; refused records are in the report of the ' +
            'import. A zip with files, or a workbook with sheets, called after several resources is loaded in their ' +
            'order, an import for each: the answer names the last, `after` leads back.',
          tags: ['imports'],
          headers: IdempotencyHeaders,
          body: { content: { 'application/json': { schema: schemas.byUrl } } },
          response: { 200: AcceptedImport, 202: AcceptedImport },
        },
      },
      async (request, reply) => {
        const { id, isReplay, secret } = await takeIn(dependencies, request, reply, readForm);
        const found = await findImport(dependencies.pool, id);
        if (!found) throw notFound('import', id);
        void reply.header('location', `/v1/imports/${id}`).header('retry-after', '1');
        // A worker may have begun already; whoever asked first is told that it waits.
        const status = isReplay ? found.status : ('pending' as const);
        return {
          job_id: id,
          status,
          created_at: found.created_at,
          ...(secret !== null && { callback_secret: secret }),
          ...(found.callback_url !== null && { has_callback_secret: true }),
        };
      },
    );
    done();
  };
}

async function takeIn(
  dependencies: CreateDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  readForm: (fields: ReadonlyMap<string, readonly string[]>) => ImportRequest,
): Promise<OnceResult & { readonly secret: string | null }> {
  const { pool, files, maxUploadBytes } = dependencies;
  const { caller } = request;
  const once: OnceRequest = { pool, request, reply, key: requireIdempotencyKey(request.headers) };
  const id = newId();
  let secret: string | null = null;
  if (isByUrl(request.body)) {
    const { url, ...about } = request.body;
    const result = await doOnce(once, {
      receive: () => Promise.resolve({ fingerprint: fingerprintJson(request.body) }),
      async create(_body, seal) {
        const made = await acceptImport(dependencies, { id, records: { url }, about, caller, seal });
        secret = made.callbackSecret;
        return id;
      },
    });
    return { ...result, secret };
  }
  const result = await uploadOnce({
    ...once,
    files,
    fileKey: uploadKey(id),
    maxBytes: maxUploadBytes(caller),
    async create(upload, seal) {
      const about = readForm(upload.fields);
      const accept = about.resource_type === undefined ? acceptBundle : acceptImport;
      const made = await accept(dependencies, { id, records: { upload }, about, caller, seal });
      secret = made.callbackSecret;
      return id;
    },
  });
  return { ...result, secret };
}

/** A JSON body has passed its schema; a form has none yet. */
function isByUrl(body: unknown): body is Static<ImportSchemas['byUrl']> {
  return typeof body === 'object' && body !== null && 'url' in body;
}
