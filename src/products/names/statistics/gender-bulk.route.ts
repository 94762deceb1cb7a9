import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { toCsv, toNdjson } from '#platform/http/csv.ts';
import { addVary } from '#platform/http/etag.ts';
import { acceptedFormat, CONTENT_TYPES } from '#platform/http/list-formats.ts';
import { Nullable } from '#platform/http/schemas.ts';
import { tellSources } from '#platform/http/sources-header.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import type { GenderAnswers } from './gender-answers.ts';
import { answerItems } from './gender-items.ts';
import { CAUTION, genderFields, ruleParameters, rulesOf } from './gender-schemas.ts';
import { MissingAreaSchema } from './missing-areas.ts';
import { SourceSchema } from './provenance.ts';
import { CountryCodes, NameText, Year } from './schemas.ts';

const Item = Type.Object(
  {
    id: Type.Optional(
      Type.Unsafe<string | number>({
        type: ['string', 'integer'],
        maxLength: 200,
        description: 'Given back as it came',
      }),
    ),
    name: NameText,
    country: Type.Optional(Nullable(Type.String({ pattern: '^[A-Za-z]{2}$' }))),
    year_from: Type.Optional(Nullable(Year)),
    year_to: Type.Optional(Nullable(Year)),
  },
  { additionalProperties: false },
);

const Body = Type.Object({
  items: Type.Array(Item, { minItems: 1, maxItems: 1000 }),
  country: Type.Optional(CountryCodes),
  ...ruleParameters,
});

const Answered = Type.Object({
  id: Type.Unsafe<string | number | null>({ type: ['string', 'integer', 'null'] }),
  country: Nullable(Type.String({ description: 'As asked; null: the countries of the request, or all' })),
  year_from: Nullable(Type.Integer()),
  year_to: Nullable(Type.Integer()),
  ...genderFields,
  error: Nullable(Type.String({ description: '`country_unknown`; null where there is none' })),
});

const Answer = Type.Object({
  data: Type.Array(Answered),
  meta: Type.Object({
    note: Type.String(),
    sources: Type.Array(SourceSchema),
    missing_areas: Type.Optional(Type.Array(MissingAreaSchema)),
  }),
});

const COLUMNS = [
  'id',
  'name',
  'country',
  'year_from',
  'year_to',
  'female_count',
  'male_count',
  'total_count',
  'female_probability',
  'male_probability',
  'interval_low',
  'interval_high',
  'bounds_low',
  'bounds_high',
  'gender',
  'label',
  'skew_corrected',
  'error',
];

const example = {
  body: {
    items: [
      { id: 'a', name: 'Jordan', country: 'US' },
      { id: 'b', name: 'Olivia', year_from: 1990, year_to: 1999 },
    ],
  },
};

/** `POST /v1/gender`: up to a thousand names at once, answered in their order. */
export function genderBulkRoute(model: ReadModel, answers: GenderAnswers): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.post(
      '/v1/gender',
      {
        config: { access: 'public_read', example },
        schema: {
          summary: 'Gender probabilities of many names',
          description:
            'As `/v1/names/{name}/gender` for up to 1000 items, each with a country and years of its own; order and ids are kept. JSON, CSV or NDJSON by `Accept`.',
          tags: ['names'],
          body: Body,
          response: {
            200: {
              content: {
                'application/json': { schema: Answer },
                'text/csv': { schema: Type.String() },
                'application/x-ndjson': { schema: Type.String() },
              },
            },
          },
        },
      },
      async (request, reply) => {
        const { items, country } = request.body;
        const snapshot = await model.snapshot();
        const { data, meta } = await answerItems(answers, snapshot, {
          items,
          countries: country,
          rules: rulesOf(request.body),
        });
        const format = acceptedFormat(request.headers.accept);
        addVary(reply, 'accept');
        void reply.type(CONTENT_TYPES[format]).header('cache-control', 'no-store');
        if (format !== 'json') tellSources(reply, meta.sources);
        if (format === 'csv') return toCsv(COLUMNS, data.map(flat));
        if (format === 'ndjson') return toNdjson(data);
        return { data, meta: { note: CAUTION, ...meta } };
      },
    );
    done();
  };
}

/** Without objects inside. */
function flat({ interval, bounds, ...rest }: Static<typeof Answered>): object & Record<string, unknown> {
  return {
    ...rest,
    interval_low: interval?.low,
    interval_high: interval?.high,
    bounds_low: bounds?.low,
    bounds_high: bounds?.high,
  };
}
