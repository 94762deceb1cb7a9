import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { AppError, notFound } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import { findParser, NAME_PARSERS } from '../parsers/index.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import { validateUpload } from '../upload/inspect-upload.ts';
import { lookAtUpload, type UploadDependencies } from '../upload/take-upload.ts';
import { FileByUrl, FileForm, fileExample } from '../upload/upload-form.ts';
import { Confidence, Found, LayoutView } from '../upload/upload.route.ts';

const ParserItem = Type.Object({
  id: Type.String(),
  country: Type.String({ description: 'ISO 3166-1 alpha-2' }),
  name: Type.String(),
  version: Type.String(),
  description: Type.String(),
  sample_format: Type.String({ description: 'A few rows in its layout' }),
  layout: Type.String({ description: 'The layout in words' }),
  measure: OneOf(['births', 'registrations', 'living_bearers', 'census_by_decade']),
  threshold: Nullable(Type.Integer({ description: 'The office leaves out counts below this' })),
  office: Type.String(),
  licence: Type.String(),
  licence_url: Nullable(Type.String()),
  attribution: Type.String(),
});

const ParserParams = Type.Object({ id: Type.String({ pattern: '^[a-z0-9_]{1,50}$' }) });

const Validation = Type.Object({
  data: Type.Object({
    parser: Type.String(),
    fits: Type.Boolean(),
    expected: Type.String(),
    found: Type.String({ description: 'What the file looks like, in words' }),
    confidence: Confidence,
    recognized: Found,
    rows_looked_at: Type.Integer(),
    rows_fitting: Type.Integer(),
    files: Type.Array(Type.String()),
    layout: LayoutView,
  }),
  meta: Type.Object({}),
});

type App = Parameters<FastifyPluginCallbackTypebox>[0];
const tags = ['parsers'];
const example = { params: { id: 'us_ssa' } };

export function parserRoutes(dependencies: UploadDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    readRoutes(app);
    validateRoute(app, dependencies);
    done();
  };
}

function readRoutes(app: App): void {
  registerList(app, {
    url: '/v1/parsers',
    config: { access: 'public_read', example: {} },
    summary: 'The file layouts that can be imported',
    description: 'All of them in one page.',
    tags,
    query: Type.Object({ country: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2}$' })) }),
    item: ParserItem,
    meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
    async find({ query: { country } }) {
      const parsers = NAME_PARSERS.filter(
        (parser) => country === undefined || parser.country === country.toUpperCase(),
      );
      return { data: parsers.map(viewParser), meta: { next_cursor: null } };
    },
  });
  app.get(
    '/v1/parsers/:id',
    {
      config: { access: 'public_read', example },
      schema: {
        summary: 'One file layout',
        description: 'With its source, its licence and a sample.',
        tags,
        params: ParserParams,
        response: { 200: Type.Object({ data: ParserItem, meta: Type.Object({}) }) },
      },
    },
    ({ params }) => ({ data: viewParser(requireParser(params.id)), meta: {} }),
  );
}

function validateRoute(app: App, dependencies: UploadDependencies): void {
  app.post(
    '/v1/parsers/:id/validate',
    {
      config: {
        access: 'viewer',
        scope: 'datasets:write',
        multipart: FileForm,
        example: { ...example, ...fileExample },
      },
      schema: {
        summary: 'Say whether a file is in this layout, and keep nothing',
        description: 'Looks at the first rows of some of its inner files.',
        tags,
        params: ParserParams,
        body: { content: { 'application/json': { schema: FileByUrl } } },
        response: { 200: Validation },
      },
    },
    async (request, reply) => {
      const parser = requireParser(request.params.id);
      return lookAtUpload(request, reply, dependencies, async (upload) => {
        refuseFields([...upload.fields.keys()]);
        const { evidence, expected, found, layout } = await validateUpload(dependencies, upload, parser);
        return {
          data: {
            parser: parser.id,
            fits: evidence.fits,
            expected,
            found,
            confidence: evidence.confidence,
            recognized: evidence.found,
            rows_looked_at: evidence.rowsLookedAt,
            rows_fitting: evidence.rowsFitting,
            files: [...evidence.files],
            layout: layout as Static<typeof LayoutView>,
          },
          meta: {},
        };
      });
    },
  );
}

function requireParser(id: string): NameParser {
  const parser = findParser(id);
  if (!parser) throw notFound('parser', id);
  return parser;
}

function refuseFields(fields: readonly string[]): void {
  if (fields.length === 0) return;
  const details = fields.map((field) => ({ field, message: `${field} is not known here` }));
  throw new AppError('invalid', 'invalid_request', 'The request was not understood: see details.', details);
}

function viewParser(parser: NameParser): Static<typeof ParserItem> {
  const { id, country, name, version, description, layout, measure, threshold, office, licence } = parser;
  return {
    id,
    country,
    name,
    version,
    description,
    sample_format: parser.sampleFormat,
    layout,
    measure,
    threshold,
    office,
    licence,
    licence_url: parser.licenceUrl,
    attribution: parser.attribution,
  };
}
