import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { formReader } from '#platform/http/form-fields.ts';
import { receiveUpload } from '#platform/http/receive-upload.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import { newId } from '#platform/ids.ts';
import type { CreateDependencies } from './create-import.route.ts';
import { type ImportSchemas, inspectExample } from './import-form.ts';
import { inspectImport } from './inspect-import.ts';

const Text = Nullable(Type.String());
const Texts = Type.Array(Type.String());

const InspectionView = Type.Object({
  filename: Type.String(),
  file_size: Type.Number(),
  checksum: Type.String({ description: 'SHA-256 of the bytes' }),
  kind: OneOf(['plain', 'gzip', 'zip']),
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

export function inspectImportRoute(
  { files, limits, resources, maxUploadBytes }: CreateDependencies,
  schemas: ImportSchemas,
): FastifyPluginCallbackTypebox {
  const readForm = formReader(schemas.inspect);
  return (app, _options, done) => {
    app.post(
      '/v1/imports/inspect',
      {
        config: {
          access: 'viewer',
          scope: 'imports:write',
          multipart: schemas.inspectForm,
          example: inspectExample,
        },
        schema: {
          summary: 'Say what an import would make of a file, and keep nothing',
          description: 'Takes the same form as an import; without `resource_type` it says which fits best.',
          tags: ['imports'],
          response: { 200: InspectionView },
        },
      },
      async (request) => {
        // Swept like an upload without an import, should the process die on the way.
        const key = `imports/${newId()}/original`;
        const maxBytes = maxUploadBytes(request.caller);
        const { filename, size, sha256, fields } = await receiveUpload(request, { files, key, maxBytes });
        try {
          const { resource_type: wanted, format = null, mapping = null } = readForm(fields);
          const candidates = resources.filter(({ name }) => wanted === undefined || name === wanted);
          const upload = { fileKey: key, filename, format, mapping };
          const found = await inspectImport({ files, limits }, upload, candidates);
          return {
            filename,
            file_size: size,
            checksum: sha256,
            ...(found as unknown as Omit<
              Static<typeof InspectionView>,
              'filename' | 'file_size' | 'checksum'
            >),
          };
        } finally {
          await files.delete(key);
        }
      },
    );
    done();
  };
}
