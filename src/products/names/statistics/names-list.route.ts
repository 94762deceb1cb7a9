import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { strongEtag } from '#platform/http/etag.ts';
import { type Page, registerList, type WrittenPage } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { CountryCatalog } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import { LIST_SORTS } from './list-order.ts';
import { writePage } from './list-bytes.ts';
import { listedName, listedSlices, slicesJson } from './list-json.ts';
import { createNameLister, type NameList, type NameListQuery, planRankings } from './name-list.ts';
import { COUNT_STATUSES } from './count-status.ts';
import { MissingAreaSchema, missingMeta } from './missing-areas.ts';
import { SourceSchema, sourcesOf } from './provenance.ts';
import { RANK_METHODS, type RankingPlan } from './ranking.ts';
import { AreaText, CountryCodes, MeasureParameter, NameText, Year } from './schemas.ts';

const Query = Type.Object({
  country: Type.Optional(CountryCodes),
  area: Type.Optional(AreaText),
  measure: Type.Optional(MeasureParameter),
  year: Type.Optional(Year),
  year_from: Type.Optional(Year),
  year_to: Type.Optional(Year),
  per_year: Type.Optional(
    Type.Boolean({ description: 'A row for each year in place of the sum over years' }),
  ),
  gender: Type.Optional(
    OneOf(['F', 'M', 'all'], {
      description: 'Absent: rows of both, each ranked within its own; all: summed',
    }),
  ),
  name: Type.Optional(NameText),
  prefix: Type.Optional(NameText),
  contains: Type.Optional(NameText),
  ends_with: Type.Optional(NameText),
  min_count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Leaves out what an office hides' }),
  ),
  top: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'Ranks up to this one, ties at the cut included; leaves out what an office hides',
    }),
  ),
  rank_method: OneOf(RANK_METHODS, { default: 'competition' }),
  sort: OneOf(LIST_SORTS, { default: '-count' }),
  include_total: Type.Optional(
    Type.Boolean({ description: 'The total is given anyway; kept for clients that ask' }),
  ),
  ...pagingParameters,
});

const Item = Type.Object({
  name: Type.String(),
  published: Type.String(),
  gender: OneOf(['F', 'M', 'all']),
  year: Nullable(Type.Integer({ description: 'Null for a sum over years, which has the two others' })),
  count: Nullable(Type.Integer({ description: 'Null: listed, but hidden by the office' })),
  rank_published: Nullable(Type.Integer({ description: 'The rank that the office prints, where it does' })),
  rank: Nullable(Type.Integer()),
  tied: Nullable(Type.Integer({ description: 'Names that share the rank, this one included' })),
  out_of: Type.Integer({ description: 'Names listed, hidden ones included' }),
  share: Nullable(Type.Number()),
  country: Type.String(),
  area: Type.String(),
  status: OneOf(COUNT_STATUSES),
  rank_differs: Type.Optional(
    Type.Boolean({ description: 'True where the office prints another rank than its counts give' }),
  ),
  rank_quality: Type.Optional(OneOf(['approx'], { description: 'The ranks are those of rounded counts' })),
  year_from: Type.Optional(Type.Integer()),
  year_to: Type.Optional(Type.Integer()),
});

const SliceSchema = Type.Object({
  country: Type.String(),
  area: Type.String(),
  gender: Type.String(),
  year: Type.Integer(),
  measure: MeasureParameter,
  rows: Type.Integer(),
  sum: Type.Integer(),
  withheld: Type.Integer({ description: 'Names listed whose count the office hides' }),
  denominator: Type.Object({ kind: Type.String(), value: Type.Integer() }),
  coverage: Nullable(
    Type.Number({ description: 'Listed of all births; null where no total of births is loaded' }),
  ),
  quality: OneOf(['exact', 'approx', 'lower_bound'], {
    description: 'approx: rounded; lower_bound: added up with other areas in place of the whole',
  }),
  dataset_id: Type.String(),
});

const Meta = Type.Object({
  total: Type.Integer(),
  limit: Type.Integer(),
  next_cursor: Nullable(Type.String()),
  rank_method: Type.String(),
  sources: Type.Array(SourceSchema),
  missing_areas: Type.Optional(
    Type.Array(MissingAreaSchema, {
      description: 'Areas without numbers, where several were added up in place of the whole',
    }),
  ),
  slices: Type.Array(SliceSchema),
});

/** Where a walk over pages stands: the versions it began with, what it asked, which slices it reads, how far it is. */
const cursors = cursorFormat(
  Type.Object({
    v: Type.Record(Type.String(), Type.Integer()),
    q: Type.String(),
    s: Type.String(),
    o: Type.Integer({ minimum: 0 }),
  }),
);

/** `GET /v1/names`: names in rank order, with every filter and order of the API. */
export function namesListRoute(db: Database, model: ReadModel) {
  const lister = createNameLister(db, model);
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    registerList(app, {
      url: '/v1/names',
      config: {
        access: 'public_read',
        example: { query: { country: 'US', year: 2020, gender: 'F', limit: 5 } },
      },
      summary: 'Names by count, rank or alphabet',
      description: 'Names of a year, of a range of years summed, or of each year; ties share a rank.',
      tags: ['names'],
      query: Query,
      item: Item,
      meta: Meta,
      async find({ query, format, request, reply }) {
        const { cursor, offset: first = 0, limit, include_total: _, ...question } = query;
        const asked = question as NameListQuery;
        const parts = [JSON.stringify(question), cursor ?? first, limit, format];
        return answerFrom({ request, reply, model, parts }, async (present) => {
          const walk = openWalk(model, present, asked, cursor);
          const offset = walk.offset ?? first;
          const list = await lister.list(walk.snapshot, walk.plans, asked, { offset, limit });
          const end = offset + list.names.length;
          const meta = {
            total: list.total,
            limit,
            next_cursor: end < list.total ? cursors.encode(walk.at(end)) : null,
            rank_method: asked.rank_method,
            sources: sourcesOf(walk.plans),
            ...missingMeta(walk.plans),
          };
          return format === 'json' ? writtenPage(list, walk, meta) : pageOf(list, walk, meta);
        });
      },
    });
    done();
  };
}

interface Walk {
  readonly snapshot: Snapshot;
  readonly plans: readonly RankingPlan[];
  /** Where the cursor stands; undefined for a first page. */
  readonly offset: number | undefined;
  at(offset: number): Parameters<typeof cursors.encode>[0];
}

/** A walk goes on with the numbers it began with: the same version, or other versions that supply the same slices. */
function openWalk(
  model: ReadModel,
  present: Snapshot,
  query: NameListQuery,
  cursor: string | undefined,
): Walk {
  const digestOfQuery = strongEtag(JSON.stringify(query));
  const begun = cursor === undefined ? undefined : cursors.decode(cursor);
  if (begun && begun.q !== digestOfQuery) {
    throw new AppError(
      'invalid',
      'invalid_cursor',
      'This cursor belongs to another question. Repeat the question it came from, or begin without it.',
    );
  }
  const snapshot = begun ? pinned(model, present, begun.v) : present;
  const plans = planRankings(snapshot, query);
  const digest = strongEtag(plans.map(({ slices }) => slices.map(({ id }) => id).join()).join('/'));
  if (begun && begun.s !== digest) {
    throw new AppError(
      'gone',
      'cursor_expired',
      'The numbers have changed since this walk began. Begin again without the cursor.',
    );
  }
  const used = new Set(plans.map(({ country }) => country));
  const versions = begun?.v ?? Object.fromEntries([...used].map(({ no, version }) => [no, version]));
  return { snapshot, plans, offset: begun?.o, at: (o) => ({ v: versions, q: digestOfQuery, s: digest, o }) };
}

function pinned(model: ReadModel, present: Snapshot, versions: Readonly<Record<string, number>>): Snapshot {
  const countries = present.countries.map((country): CountryCatalog => {
    const version = versions[country.no];
    return version === undefined ? country : (model.version(country.no, version) ?? country);
  });
  return { ...present, countries };
}

type MetaBesideSlices = Omit<Static<typeof Meta>, 'slices'>;

function writtenPage({ names }: NameList, { snapshot, plans }: Walk, meta: MetaBesideSlices): WrittenPage {
  const wholeMeta = `${JSON.stringify(meta).slice(0, -1)},"slices":${slicesJson(plans)}}`;
  return { json: writePage(names, snapshot.dictionary, wholeMeta), meta };
}

function pageOf(
  { names }: NameList,
  { snapshot, plans }: Walk,
  meta: MetaBesideSlices,
): Page<Static<typeof Item>, Static<typeof Meta>> {
  return {
    data: names.map((name) => listedName(name, snapshot.dictionary)),
    meta: { ...meta, slices: plans.flatMap(listedSlices) },
  };
}
