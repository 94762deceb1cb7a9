import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { toCsv, toNdjson } from './csv.ts';
import { addVary, sendUnchanged } from './etag.ts';
import { linkNextPage } from './paging.ts';
import { tellSources } from './sources-header.ts';

type ListFormat = 'json' | 'csv' | 'ndjson';

export const CONTENT_TYPES: Readonly<Record<ListFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** One page as every list answers it. `next_cursor` is null on the last one. */
export interface Page<Item, Meta extends { next_cursor: string | null }> {
  readonly data: readonly Item[];
  readonly meta: Meta;
}

/** A page that its route has written as JSON by itself; only where that form was asked for. */
export interface WrittenPage {
  readonly json: Buffer;
  readonly meta: { readonly next_cursor: string | null };
}

interface ListRequest<Params, Query> {
  readonly params: Params;
  readonly query: Query;
  /** Part of the answer's ETag. */
  readonly format: ListFormat;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface ListRoute<
  Params extends TObject,
  Query extends TObject,
  Item extends TObject,
  Meta extends TObject<{ next_cursor: TSchema }>,
> {
  readonly url: string;
  readonly config: FastifyContextConfig;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: Params;
  readonly query: Query;
  readonly item: Item;
  readonly meta: Meta;
  /** Columns of the CSV form, in order; by default the properties of `item`. */
  readonly columns?: readonly string[];
  /** The page; undefined when the client's copy is still right (see `isUnchanged`). */
  find(
    request: ListRequest<Static<Params>, Static<Query>>,
  ): Promise<WrittenPage | Page<Static<Item>, Static<Meta> & { next_cursor: string | null }> | undefined>;
}

/** A list under its path and under `.csv` and `.ndjson`; on the plain path `Accept` decides. */
export function registerList<
  Params extends TObject,
  Query extends TObject,
  Item extends TObject,
  Meta extends TObject<{ next_cursor: TSchema }>,
>(app: FastifyInstance, list: ListRoute<Params, Query, Item, Meta>): void {
  const columns = list.columns ?? Object.keys(list.item.properties);
  const json = { schema: Type.Object({ data: Type.Array(list.item), meta: list.meta }) };
  const text = { schema: Type.String() };
  const contents = { json, csv: text, ndjson: text };

  for (const fixed of [undefined, 'csv', 'ndjson'] as const) {
    const formats: readonly ListFormat[] = fixed === undefined ? ['json', 'csv', 'ndjson'] : [fixed];
    const { example, ...config } = list.config;
    app.get(
      fixed === undefined ? list.url : `${list.url}.${fixed}`,
      {
        config: { ...config, ...(example === undefined ? {} : { example }) },
        schema: {
          summary: fixed === undefined ? list.summary : `${list.summary} (${fixed})`,
          ...(list.description === undefined ? {} : { description: list.description }),
          tags: list.tags,
          ...(list.params === undefined ? {} : { params: list.params }),
          querystring: list.query,
          response: {
            200: {
              description: 'One page; `Link: rel="next"` leads to the next one',
              content: Object.fromEntries(formats.map((format) => [mediaType(format), contents[format]])),
            },
          },
        },
      },
      async (request, reply) => {
        const format = fixed ?? acceptedFormat(request.headers.accept);
        const { params, query } = request as { params: Static<Params>; query: Static<Query> };
        const page = await list.find({ params, query, format, request, reply });
        if (page === undefined) return sendUnchanged(reply);
        linkNextPage(request, reply, page.meta.next_cursor);
        void reply.type(CONTENT_TYPES[format]);
        if (fixed === undefined) addVary(reply, 'accept');
        if ('json' in page) return page.json;
        const { sources } = page.meta as { sources?: Parameters<typeof tellSources>[1] };
        if (format !== 'json' && sources) tellSources(reply, sources);
        if (format === 'csv') return toCsv(columns, page.data);
        return format === 'ndjson' ? toNdjson(page.data) : page;
      },
    );
  }
}

function mediaType(format: ListFormat): string {
  return CONTENT_TYPES[format].split(';', 1)[0] ?? '';
}

const FORMAT_BY_TYPE: Readonly<Record<string, ListFormat>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  'text/*': 'csv',
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
};

/** The best of the three by `Accept`; JSON where nothing fits, which a browser's header does not. */
export function acceptedFormat(accept: string | undefined): ListFormat {
  if (accept === undefined || accept === '*/*') return 'json';
  const wishes = accept.split(',').map((part, order) => {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const quality = Number(parameters.find((word) => word.startsWith('q='))?.slice(2) ?? 1);
    return { format: FORMAT_BY_TYPE[type], quality, order };
  });
  const [best] = wishes
    .filter(({ format, quality }) => format !== undefined && quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order);
  return best?.format ?? 'json';
}
