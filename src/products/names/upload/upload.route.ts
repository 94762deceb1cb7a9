import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { IdempotencyHeaders } from '#engine/idempotency/idempotency-key.ts';
import { notFound } from '#platform/errors.ts';
import { Nullable, OneOf, Uuid } from '#platform/http/schemas.ts';
import { DATASET_STATUSES, findDataset } from '../catalog/datasets.query.ts';
import { NAME_PARSERS } from '../parsers/index.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import { profileParser } from '../profiles/profile-parser.ts';
import { withProfile } from '../profiles/with-profile.ts';
import { requireCountry } from './accept-upload.ts';
import type { ParserEvidence } from './detect-parser.ts';
import { inspectUpload } from './inspect-upload.ts';
import { keepUpload, lookAtUpload, type UploadDependencies } from './take-upload.ts';
import { readUploadFields, type UploadRequest } from './upload-fields.ts';
import { UploadByUrl, UploadForm, uploadExample } from './upload-form.ts';

export const LayoutView = Type.Object({
  file: Type.String(),
  encoding: Type.String(),
  encoding_evidence: Type.String(),
  delimiter: Nullable(Type.String()),
  quote: Nullable(Type.String()),
  columns: Type.Integer(),
  header: Nullable(Type.Array(Type.String())),
  first_rows: Type.Array(Type.Array(Type.String())),
});

export const Confidence = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'Share of the rows looked at that it reads or leaves out on purpose',
});
export const Found = Nullable(Type.String({ description: 'What was recognized, in words' }));

const EvidenceView = Type.Object({
  parser: Type.String(),
  country: Type.String(),
  fits: Type.Boolean(),
  rows_looked_at: Type.Integer(),
  rows_fitting: Type.Integer(),
  confidence: Confidence,
  found: Found,
  files: Type.Array(Type.String()),
});

const AcceptedUpload = Type.Object({
  dataset_id: Uuid,
  job_id: Nullable(Uuid),
  status: OneOf(DATASET_STATUSES),
  message: Type.String(),
});

const Accepted = Type.Object({ data: AcceptedUpload, meta: Type.Object({}) });

const InspectionView = Type.Object({
  data: Type.Object({
    filename: Type.String(),
    size: Type.Integer(),
    checksum: Type.String({ description: 'SHA-256 of the bytes' }),
    kind: OneOf(['plain', 'gzip', 'zip', 'workbook']),
    files: Type.Array(Type.Object({ name: Type.String(), size: Nullable(Type.Integer()) })),
    parsers: Type.Array(EvidenceView, { description: 'The parsers of the country, or all of them' }),
    layouts: Type.Array(LayoutView, { description: 'The beginning of some inner files' }),
  }),
  meta: Type.Object({}),
});

type App = Parameters<FastifyPluginCallbackTypebox>[0];
const tags = ['datasets'];
/** In place of the form. */
const byUrl = { content: { 'application/json': { schema: UploadByUrl } } };

/** Taking files in: to keep and import them, or only to look at them. */
export function uploadRoutes(dependencies: UploadDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    createDatasetRoute(app, dependencies);
    inspectRoute(app, dependencies);
    done();
  };
}

function createDatasetRoute(app: App, dependencies: UploadDependencies): void {
  app.post(
    '/v1/datasets',
    {
      config: {
        access: 'admin',
        scope: 'datasets:write',
        multipart: UploadForm,
        example: uploadExample,
      },
      schema: {
        summary: 'Upload an official file, or name its address, and import it',
        description:
          'CSV, TXT, zip or gzip. Answers at once; `GET /v1/datasets/{dataset_id}` shows how the import gets on. ' +
          'Refused with nothing kept: what is not in a known layout (422), the same bytes again (409 `duplicate_file`). ' +
          'A file that is named by `url` is fetched by the job: an address that may not be fetched is refused at once ' +
          '(422 `url_not_allowed`), everything else about the file is an end of the job with the same codes. ' +
          'The same request under the same `Idempotency-Key` again is answered 200 with the same dataset.',
        tags,
        headers: IdempotencyHeaders,
        body: byUrl,
        response: { 200: Accepted, 202: Accepted },
      },
    },
    async (request, reply) => {
      const { id, isReplay } = await keepUpload(request, reply, dependencies);
      void reply.header('location', `/v1/datasets/${id}`).header('retry-after', '1');
      const data = await showAccepted(dependencies, id);
      // A worker may have begun already; whoever asked first is told that it waits.
      return { data: isReplay ? data : { ...data, status: 'pending' as const }, meta: {} };
    },
  );
}

function inspectRoute(app: App, dependencies: UploadDependencies): void {
  app.post(
    '/v1/datasets/inspect',
    {
      config: {
        access: 'viewer',
        scope: 'datasets:write',
        multipart: UploadForm,
        example: uploadExample,
      },
      schema: {
        summary: 'Say what a file is, and keep nothing',
        description:
          'Takes the same body as an upload; a file that is named by `url` has to come within a minute. Answers encoding, ' +
          'delimiter, header, first rows and the parsers that fit.',
        tags,
        body: byUrl,
        response: { 200: InspectionView },
      },
    },
    (request, reply) =>
      lookAtUpload(request, reply, dependencies, async (upload) => {
        const parsers = await parsersFor(dependencies, readUploadFields(upload.fields));
        const { kind, files, evidence, layouts } = await inspectUpload(dependencies, upload, parsers);
        const { filename, size, sha256 } = upload;
        return {
          data: {
            filename,
            size,
            checksum: sha256,
            kind,
            files: [...files],
            parsers: evidence.map(viewEvidence),
            layouts: layouts.map((layout) => structuredClone(layout) as never),
          },
          meta: {},
        };
      }),
  );
}

/** Those that an upload with these fields could be read by. */
async function parsersFor(
  { pool }: UploadDependencies,
  wanted: UploadRequest,
): Promise<readonly NameParser[]> {
  const { country: idOrCode, options } = await withProfile(pool, wanted);
  const country = idOrCode === null ? null : await requireCountry(pool, idOrCode);
  if (country && options.profile) return [profileParser(options.profile, country.code)];
  return NAME_PARSERS.filter((parser) => !country || parser.country === country.code);
}

function viewEvidence(evidence: ParserEvidence): Static<typeof EvidenceView> {
  const { parser, fits, rowsLookedAt, rowsFitting, confidence, found, files } = evidence;
  return {
    parser: parser.id,
    country: parser.country,
    fits,
    rows_looked_at: rowsLookedAt,
    rows_fitting: rowsFitting,
    confidence,
    found,
    files: [...files],
  };
}

async function showAccepted(
  { pool }: UploadDependencies,
  id: string,
): Promise<Static<typeof AcceptedUpload>> {
  const dataset = await findDataset(pool, id);
  if (!dataset) throw notFound('dataset', id);
  const what = dataset.file_path === null ? 'The address was noted' : 'The file was received';
  const message = `${what}; GET /v1/datasets/${id} shows how far its import is.`;
  return { dataset_id: id, job_id: dataset.job_id, status: dataset.status, message };
}
