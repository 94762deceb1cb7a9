import { Type } from 'typebox';
import type { RouteExample } from '#platform/http/access-rule.ts';

const File = Type.Unsafe<string>({ type: 'string', format: 'binary' });

/** The form of an upload, for the documentation; `upload-fields.ts` reads it. */
export const UploadForm = Type.Object({
  file: File,
  country_id: Type.Optional(
    Type.String({
      description: 'Id or code; may be left out where exactly one parser fits',
      examples: ['US'],
    }),
  ),
  parser: Type.Optional(Type.String({ description: 'Id of a parser; left out: detected' })),
  year: Type.Optional(Type.Integer({ description: 'Where neither rows nor file name tell it' })),
  gender: Type.Optional(Type.String({ enum: ['F', 'M'], description: 'Where the rows do not tell it' })),
  area: Type.Optional(Type.String({ description: 'ISO 3166-2 code, where the rows do not tell it' })),
  metadata: Type.Optional(Type.String({ description: 'JSON object; `edition` in it orders releases' })),
  mode: Type.Optional(
    Type.String({ enum: ['partial', 'atomic'], description: 'atomic: one refused row fails the file' }),
  ),
  max_errors: Type.Optional(Type.Integer({ minimum: 0 })),
  max_error_ratio: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Default 0.05' })),
  allow_duplicate: Type.Optional(Type.Boolean()),
  dry_run: Type.Optional(Type.Boolean({ description: 'Read and report, publish nothing' })),
  amends: Type.Optional(Type.String({ description: 'Id of the dataset to whose rows these are added' })),
});

/** The form of a file that is only looked at. */
export const FileForm = Type.Object({ file: File });

/** A request with a body of two rows; dry, so that it changes no number. */
export const uploadExample: RouteExample = {
  headers: { 'content-type': 'multipart/form-data; boundary=example' },
  body: multipart({ country_id: 'US', dry_run: 'true' }),
};

export const fileExample: RouteExample = {
  headers: { 'content-type': 'multipart/form-data; boundary=example' },
  body: multipart({}),
};

function multipart(fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--example\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file =
    '--example\r\nContent-Disposition: form-data; name="file"; filename="yob1880.txt"\r\n' +
    'Content-Type: text/plain\r\n\r\nMary,F,7065\nJohn,M,9655\n\r\n--example--\r\n';
  return parts.join('') + file;
}
