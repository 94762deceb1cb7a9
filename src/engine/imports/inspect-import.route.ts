import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { formReader } from '#platform/http/form-fields.ts';
import { receiveUpload } from '#platform/http/receive-upload.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import { newId } from '#platform/ids.ts';
import type { CreateDependencies } from './create-import.route.ts';
import { type ImportSchemas, inspectExample } from './import-form.ts';
import { uploadKey } from './upload-key.ts';
import { inspectImport } from './inspect-import.ts';

const Text = Nullable(Type.String());
const Texts = Type.Array(Type.String());

const InspectionView = Type.Object({
  filename: Type.String(),
  file_size: Type.Number(),
  checksum: Type.String({ description: 'SHA-256 of the bytes' }),
  kind: OneOf(['plain', 'gzip', 'zip', 'workbook']),
  files: Type.Array(Type.Object({ name: Type.String(), size: Nullable(Type.Number()) })),
  file: Type.String({ description: 'The file that the rest is about' }),
  format: OneOf(['csv', 'tsv', 'ndjson']),
  encoding: Type.String(),
  encoding_evidence: Type.String(),
  separator: Text,
  quote: Text,
  header: Texts,
  resource_type: Nullable(Type.String({ description: 'The one asked for, or the one that fits best' })),
  candidates: Type.Array(
    Type.Object({
      resource_type: Type.String(),
      mapping: Type.Record(Type.String(), Type.String(), {
        description: 'Column of the file → field, as an import without `mapping` would take it',
      }),
      missing: Type.Array(Type.String(), { description: 'Fields without which the file would be refused' }),
      unknown: Type.Array(Type.String(), { description: 'Columns that no field takes' }),
    }),
    { description: 'Best first' },
  ),
  first_rows: Type.Array(Type.Array(Type.Unknown()), { description: 'Values of secret columns are masked' }),
});

/** The same without `readonly`. */
type Found = Omit<Static<typeof InspectionView>, 'filename' | 'file_size' | 'checksum'>;

export function inspectImportRoute(
  dependencies: CreateDependencies,
  schemas: ImportSchemas,
): FastifyPluginCallbackTypebox {
  const readForm = formReader(schemas.about);
  return (app, _options, done) => {
    app.post(
      '/v1/imports/inspect',
      {
        config: {
          access: 'viewer',
          scope: 'imports:write',
          multipart: schemas.form,
          example: inspectExample,
        },
        schema: {
          summary: 'Say what an import would make of a file, and keep nothing',
          description: 'Takes the same form as an import; without `resource_type` it says which fits best.',
          tags: ['imports'],
          response: { 200: InspectionView },
        },
      },
      (request) => inspectUpload(dependencies, request, readForm),
    );
    done();
  };
}

/** Keeps the file for as long as it is looked at. */
async function inspectUpload(
  { files, limits, resources, maxUploadBytes }: CreateDependencies,
  request: FastifyRequest,
  readForm: (fields: ReadonlyMap<string, readonly string[]>) => Static<ImportSchemas['about']>,
): Promise<Static<typeof InspectionView>> {
  // Swept like an upload without an import, should the process die on the way.
  const fileKey = uploadKey(newId());
  const maxBytes = maxUploadBytes(request.caller);
  const { filename, size, sha256, fields } = await receiveUpload(request, { files, key: fileKey, maxBytes });
  try {
    const { resource_type: wanted, format = null, mapping = null } = readForm(fields);
    const candidates = resources.filter(({ name }) => wanted === undefined || name === wanted);
    const found = await inspectImport({ files, limits }, { fileKey, filename, format, mapping }, candidates);
    return { filename, file_size: size, checksum: sha256, ...structuredClone(found as Found) };
  } finally {
    await files.delete(fileKey);
  }
}
