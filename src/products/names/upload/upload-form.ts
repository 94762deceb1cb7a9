import { type Static, Type } from 'typebox';
import { formExample } from '#platform/http/form-example.ts';

const File = Type.Unsafe<string>({ type: 'string', format: 'binary' });

const fields = {
  country_id: Type.Optional(
    Type.String({
      description: 'Id or code; may be left out where exactly one parser fits',
      examples: ['US'],
    }),
  ),
  parser: Type.Optional(Type.String({ description: 'Id of a parser; left out: detected' })),
  profile: Type.Optional(
    Type.String({ description: 'Id of a column profile, in place of a parser; needs `country_id`' }),
  ),
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
};

/** The form of an upload, for the documentation; `upload-fields.ts` reads it. */
export const UploadForm = Type.Object({ file: File, ...fields });

const url = Type.String({ maxLength: 2048, description: 'http or https; the server fetches it' });

/** The JSON body that stands for an upload. */
export const UploadByUrl = Type.Object(
  {
    url,
    ...fields,
    metadata: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: '`edition` in it orders releases' }),
    ),
  },
  { additionalProperties: false },
);
export type UploadByUrl = Static<typeof UploadByUrl>;

/** A JSON body has passed its schema; a form has none yet. */
export function isByUrl(body: unknown): body is UploadByUrl {
  return typeof body === 'object' && body !== null && 'url' in body;
}

/** What a JSON body says beside the address, as a form says it. */
export function formFields({ url: _url, ...about }: UploadByUrl): ReadonlyMap<string, readonly string[]> {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return new Map(Object.entries(about).map(([field, value]) => [field, [text(value)]]));
}

/** The form of a file that is only looked at, and the JSON body that stands for it. */
export const FileForm = Type.Object({ file: File });
export const FileByUrl = Type.Object({ url }, { additionalProperties: false });

const EXAMPLE_FILE = {
  filename: 'yob1880.txt',
  mediaType: 'text/plain',
  text: 'Mary,F,7065\nJohn,M,9655\n',
};

/** A request with a body of two rows; dry, so that it changes no number. */
export const uploadExample = formExample({ country_id: 'US', dry_run: 'true' }, EXAMPLE_FILE);

export const fileExample = formExample({}, EXAMPLE_FILE);
