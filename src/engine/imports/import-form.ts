import { type Static, type TObject, type TOptional, type TUnsafe, Type } from 'typebox';
import type { RouteExample } from '#platform/http/access-rule.ts';
import { formExample } from '#platform/http/form-example.ts';
import { Nullable, OneOf, Uuid } from '#platform/http/schemas.ts';
import type { Resource } from './resource.ts';

const File = Type.Unsafe<string>({ type: 'string', format: 'binary' });

const fields = {
  format: Type.Optional(OneOf(['csv', 'tsv', 'ndjson'], { description: 'Left out: told by the content' })),
  mode: Type.Optional(
    OneOf(['partial', 'atomic'], {
      description: 'partial (default): good records stay, bad ones are listed; atomic: all or nothing',
    }),
  ),
  on_conflict: Type.Optional(
    OneOf(['error', 'skip', 'update'], {
      description: 'What becomes of a record whose natural key is stored already; default error',
    }),
  ),
  mapping: Type.Optional(
    Type.Record(Type.String(), Nullable(Type.String()), {
      description: 'Column of the file → field; null: the column is passed over',
    }),
  ),
  dry_run: Type.Optional(Type.Boolean({ description: 'Read, judge and report; write nothing' })),
  max_errors: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'More refused records fail the import',
    }),
  ),
  max_error_ratio: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'A larger share of refused records fails it' }),
  ),
  after: Type.Optional(
    Type.String({ format: 'uuid', description: 'An import that has to end before this one begins' }),
  ),
  parent_id: Type.Optional(
    Type.String({ format: 'uuid', description: 'The import whose refused records these are, mended' }),
  ),
  callback_url: Type.Optional(
    Type.String({ maxLength: 2048, description: 'Is told when the import has ended' }),
  ),
};

/** What a caller says about an import, beside its bytes. */
const About = Type.Object({ resource_type: Type.Optional(Type.String()), ...fields });
export type ImportRequest = Static<typeof About>;

export interface ImportSchemas {
  /** The text fields of the form. */
  readonly about: TObject<{ resource_type: TOptional<TUnsafe<string>> } & typeof fields>;
  /** The form, for the documentation. */
  readonly form: TObject;
  /** The JSON body. */
  readonly byUrl: TObject<
    { resource_type: TUnsafe<string>; url: ReturnType<typeof Type.String> } & typeof fields
  >;
}

export function importSchemas(resources: readonly Resource[]): ImportSchemas {
  const resource_type = OneOf(resources.map(({ name }) => name));
  const inForm = OneOf(
    resources.map(({ name }) => name),
    {
      description: 'May be left out of a zip whose files are called after them (users.csv, articles.csv, …)',
    },
  );
  const url = Type.String({ maxLength: 2048, description: 'http or https; the job fetches it' });
  return {
    about: Type.Object({ resource_type: Type.Optional(resource_type), ...fields }),
    form: Type.Object({ file: File, resource_type: Type.Optional(inForm), ...fields }),
    byUrl: Type.Object({ resource_type, url, ...fields }, { additionalProperties: false }),
  };
}

/** The id of no import, for the examples of the routes of one. */
export const NO_SUCH_IMPORT = { params: { id: '00000000-0000-4000-8000-000000000000' }, status: 404 };

const EXAMPLE_FILE = {
  filename: 'users.csv',
  mediaType: 'text/csv',
  text: 'email,username\nada@example.org,ada\ngrace@example.org,grace\n',
};
const dryRun = formExample({ resource_type: 'users', dry_run: 'true' }, EXAMPLE_FILE);

/** A form of two records of the first resource; dry, so that it changes nothing. */
export const importExample: RouteExample = {
  ...dryRun,
  headers: { ...dryRun.headers, 'idempotency-key': '5d5ad9f5-6f4d-4b0b-8a52-0d8a1c9c2f11' },
};

export const inspectExample = formExample({}, EXAMPLE_FILE);

/** `:id` of the routes of one import. */
export const ImportParams = Type.Object({ id: Uuid });
