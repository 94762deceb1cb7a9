import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { invalidRequest } from '#platform/errors.ts';
import { addVary } from '#platform/http/etag.ts';
import { newestPage } from '#platform/http/newest-page.ts';
import { linkNextPage, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { COMPRESSIONS, contentType, EXPORT_FORMATS, fileExtension, PRESETS } from './export-format.ts';
import { EXPORT_STATUSES, type ExportStatus, listExports } from './export-job.query.ts';
import { filterNames, planExport } from './export-plan.query.ts';
import type { ExportSource } from './export-source.query.ts';
import { ExportView, viewExports } from './export-view.ts';
import type { ExportStreams } from './stream-export.ts';
import { tellTerms } from './terms-headers.ts';

export interface ExportStreamDependencies {
  readonly pool: Pool;
  readonly sources: readonly ExportSource[];
  readonly streams: ExportStreams;
}

/** What is compressed on the way to a client must not take longer than the rows do. */
const QUICK_GZIP = 1;
const PLAIN_WORDS = new Set(['resource', 'format', 'fields', 'compression', 'escape_formulas', 'preset']);
const LIST_WORDS = new Set(['status', 'resource_type', 'limit', 'cursor', 'offset']);

const { limit: _limit, ...otherPaging } = pagingParameters;
const ownWords = {
  resource: Type.Optional(
    Type.String({ description: 'What to export; without it exports into files are listed' }),
  ),
  format: Type.Optional(OneOf(EXPORT_FORMATS, { description: 'csv unless given' })),
  fields: Type.Optional(
    Type.String({
      maxLength: 2000,
      description: 'Columns in this order, comma-separated; the default ones unless given',
    }),
  ),
  compression: Type.Optional(
    OneOf(COMPRESSIONS, {
      description: 'gzip: the answer is a .gz file; else `Accept-Encoding: gzip` is obeyed',
    }),
  ),
  escape_formulas: Type.Optional(
    Type.Boolean({
      description: 'true unless given: an apostrophe before text that a spreadsheet would run (csv, tsv)',
    }),
  ),
  preset: Type.Optional(OneOf(PRESETS, { description: 'excel: byte order mark and CRLF (csv, tsv)' })),
  resource_type: Type.Optional(Type.String({ maxLength: 50, description: 'For the list: of this resource' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'For the list' })),
  ...otherPaging,
};

const DEFAULT_LIMIT = 100;

const ExportList = Type.Object({
  data: Type.Array(ExportView),
  meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
});
type ExportList = { data: ExportView[]; meta: { next_cursor: string | null } };

type Query = Record<string, string | number | boolean | undefined>;

/** `GET /v1/exports`: rows straight from the database, or the list of exports into files. */
export function exportStreamRoute(dependencies: ExportStreamDependencies): FastifyPluginCallbackTypebox {
  const text = { schema: Type.String() };
  return (app, _options, done) => {
    app.get(
      '/v1/exports',
      {
        config: {
          access: 'admin',
          scope: 'exports:read',
          example: { query: { resource: 'users', format: 'csv' } },
        },
        compress: false,
        // Whoever asks for the head alone would have all rows read.
        exposeHeadRoute: false,
        schema: {
          summary: 'Export users, articles, comments or names, streaming; or list exports into files',
          description: describe(dependencies.sources),
          tags: ['exports'],
          querystring: Type.Object({ ...filterWords(dependencies.sources), ...ownWords }),
          response: {
            200: {
              description: 'The rows of one moment; without `resource` a page of exports into files',
              content: {
                'text/csv': text,
                'text/tab-separated-values': text,
                'application/x-ndjson': text,
                'application/gzip': { schema: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) },
                'application/json': { schema: ExportList },
              },
            },
          },
        },
      },
      async (request, reply) => {
        const query = request.query as Query;
        const answer =
          query['resource'] === undefined
            ? await listPage(dependencies.pool, request, reply, query)
            : await stream(dependencies, request, reply, query);
        return reply.send(answer);
      },
    );
    done();
  };
}

async function stream(
  { sources, streams }: ExportStreamDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  query: Query,
): Promise<unknown> {
  const {
    resource,
    format = 'csv',
    fields,
    compression = 'none',
    escape_formulas: guard = true,
    preset,
  } = query;
  const known = new Set(filterNames(sources));
  const words = Object.entries(query).filter(([name]) => !PLAIN_WORDS.has(name));
  for (const [name] of words) {
    if (LIST_WORDS.has(name) && !known.has(name))
      throw invalidRequest(name, 'is for the list, without resource');
  }
  const plan = planExport(sources, {
    resource_type: String(resource),
    format: format as (typeof EXPORT_FORMATS)[number],
    fields: typeof fields === 'string' ? fields.split(',').map((field) => field.trim()) : [],
    filters: Object.fromEntries(words.map(([name, value]) => [name, String(value)])),
    compression: compression as (typeof COMPRESSIONS)[number],
    escape_formulas: guard === true,
    preset: preset === 'excel' ? preset : null,
  });
  const isEncoded = plan.compression === 'none' && acceptsGzip(request.headers['accept-encoding']);
  const gzipLevel = isEncoded || plan.compression === 'gzip' ? QUICK_GZIP : undefined;
  const { bytes, terms } = await streams.open(plan, gzipLevel);
  tellTerms(reply, terms);
  if (isEncoded) void reply.header('content-encoding', 'gzip');
  if (plan.compression === 'none') addVary(reply, 'accept-encoding');
  void reply
    .type(contentType(plan))
    .header('content-disposition', `attachment; filename="${plan.source.name}${fileExtension(plan)}"`)
    .header('cache-control', 'no-store');
  return bytes;
}

async function listPage(
  pool: Pool,
  request: FastifyRequest,
  reply: FastifyReply,
  query: Query,
): Promise<ExportList> {
  const foreign = Object.keys(query).find((name) => !LIST_WORDS.has(name));
  if (foreign !== undefined) throw invalidRequest(foreign, 'is for an export: say which resource');
  const {
    status,
    resource_type: resourceType,
    cursor,
    limit = DEFAULT_LIMIT,
    offset,
  } = query as {
    status?: ExportStatus;
    resource_type?: string;
    cursor?: string;
    limit?: number;
    offset?: number;
  };
  if (status !== undefined && !EXPORT_STATUSES.includes(status)) {
    throw invalidRequest('status', `must be one of ${EXPORT_STATUSES.join(', ')}`);
  }
  const { caller } = request;
  if (caller.role !== 'admin' && caller.keyId === null) return { data: [], meta: { next_cursor: null } };
  const createdBy = caller.role === 'admin' ? undefined : (caller.keyId ?? undefined);
  const filter = { status, resourceType, createdBy };
  const { rows, nextCursor } = await newestPage({ limit, cursor, offset }, (page) =>
    listExports(pool, filter, page),
  );
  linkNextPage(request, reply, nextCursor);
  return { data: await viewExports(pool, rows), meta: { next_cursor: nextCursor } };
}

function filterWords(sources: readonly ExportSource[]): Record<string, ReturnType<typeof Type.Optional>> {
  return Object.fromEntries(
    filterNames(sources).map((name) => {
      const of = sources.filter(({ filters }) => filters.some((filter) => filter.name === name));
      const uses = of.map((source) => {
        const { description = '' } = source.filters.find((filter) => filter.name === name) ?? {};
        return `${source.name}: ${description}`;
      });
      if (name === 'status') uses.push('The list: of this status');
      return [
        name,
        Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: uses.join('. ') })),
      ];
    }),
  );
}

function describe(sources: readonly ExportSource[]): string {
  const lines = sources.map(({ name, columns, filters }) => {
    const fields = columns.map(({ name: field, isDefault }) => (isDefault ? field : `(${field})`));
    return `- \`${name}\`: ${fields.join(', ')}; filters: ${filters.map((filter) => filter.name).join(', ')}`;
  });
  return [
    'Resources with their columns (those in brackets where `fields` names them) and filters:',
    ...lines,
    'Sources whose licence is not known, or does not allow it, are left out of an export with rows of other sources: ' +
      'the header `X-Left-Out-Sources` says which and why, `X-Sources` whose rows there are and under which licences.',
    'NULL is an empty cell, an empty text a quoted one. An answer that is cut off has failed: it has no end of its chunks.',
  ].join('\n');
}

/** `gzip` or anything, unless refused by `q=0`. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  const words = String(header ?? '')
    .toLowerCase()
    .split(',');
  const quality = (coding: string): number | undefined => {
    const word = words.find((each) => each.split(';', 1)[0]?.trim() === coding);
    return word === undefined ? undefined : Number(/;\s*q=([0-9.]+)/.exec(word)?.[1] ?? 1);
  };
  return (quality('gzip') ?? quality('*') ?? 0) > 0;
}
