import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import { tellSources } from '#platform/http/sources-header.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import type { PerGender } from '../statistics/balance.ts';
import { DEFAULT_GENDER_OPTIONS } from '../statistics/gender-probability.ts';
import type { GenderAnswers } from '../statistics/gender-answers.ts';
import { nationalSources } from '../statistics/national-sources.ts';
import { chooseAreas, type CountryArea } from '../statistics/scope.ts';

/** As many as the public service takes in one request. */
const MAX_NAMES = 10;
const DAY_SECONDS = 86_400;
/** Nothing is counted down here; clients that stop at 0 never do. */
const NO_LIMIT = 2_147_483_647;
const NAME_PARAMETER = /^name(?:\[\d*\])?$/;

const Words = Type.Union([Type.String(), Type.Array(Type.String())]);
const Query = Type.Object(
  {
    name: Type.Optional(
      Type.Unsafe<Static<typeof Words>>({
        description: 'One name; several as name[] or name[0], name[1], …',
      }),
    ),
    country_id: Type.Optional(
      Type.Unsafe<Static<typeof Words>>({ description: 'ISO 3166-1 alpha-2; absent: all countries' }),
    ),
  },
  // Keys and options of the public service are passed over, as unknown ones are there.
  { additionalProperties: true },
);

const Guess = Type.Object({
  name: Type.String(),
  gender: Nullable(OneOf(['female', 'male'])),
  probability: Type.Number({ description: 'Births of that gender of all, to two decimals' }),
  count: Type.Integer(),
  country_id: Type.Optional(Type.String()),
});
const Answer = Type.Unsafe<Static<typeof Guess> | Static<typeof Guess>[]>({
  anyOf: [Guess, { type: 'array', items: Guess }],
});

const config = { access: 'public_read', example: { query: { name: 'jordan', country_id: 'US' } } } as const;

/** `GET /v1/compat/genderize`: the answers of the public genderize API, for its clients; plain shares of the counts. */
export function genderizeRoute(model: ReadModel, answers: GenderAnswers): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    for (const url of ['/v1/compat/genderize', '/v1/compat/genderize/']) {
      app.get(
        url,
        {
          config,
          schema: {
            summary: 'Answers as those of the genderize API',
            description:
              'For clients of that service: up to 10 names as `name`, `name[]` or `name[0]`, one answer for a plain `name`, else a list. The label and the interval of `/v1/names/{name}/gender` say more.',
            tags: ['names'],
            hide: url.endsWith('/'),
            querystring: Query,
            response: { 200: Answer, 422: Type.Object({ error: Type.String() }) },
          },
        },
        async ({ query }, reply) => {
          tellLimits(reply);
          const { names, isList } = namesOf(query);
          const [countryId] = [query.country_id ?? []].flat();
          if (names.length === 0) return refuse(reply, "Missing 'name' parameter");
          if (names.length > MAX_NAMES) return refuse(reply, "Invalid 'name' parameter");
          const snapshot = await model.snapshot();
          const scopes = scopesOf(snapshot, countryId);
          const counts = await countsOf(answers, snapshot, names, scopes);
          tellSources(reply, nationalSources(scopes.map(({ country }) => country)));
          const guesses = names.map((name, at) => guess(name, counts[at], countryId));
          return isList ? guesses : guesses[0];
        },
      );
    }
    done();
  };
}

/** In the order of the query; a plain `name` alone is answered alone. */
function namesOf(query: Readonly<Record<string, unknown>>): { names: string[]; isList: boolean } {
  const found = Object.entries(query).filter(([parameter]) => NAME_PARAMETER.test(parameter));
  const names = found.flatMap(([, value]) => [value].flat()) as string[];
  return { names, isList: names.length > 1 || found.some(([parameter]) => parameter !== 'name') };
}

async function countsOf(
  answers: GenderAnswers,
  snapshot: Snapshot,
  names: readonly string[],
  scopes: readonly CountryArea[],
): Promise<PerGender[]> {
  const rules = { ...DEFAULT_GENDER_OPTIONS, balance: 'off', prior: 'jeffreys', weights: 'neutral' } as const;
  const question = { scopes, rules, names: names.map((name) => ({ name, range: {} })) };
  return (await answers.ask(snapshot, question)).map(({ counts }) => counts);
}

/** None for a country without numbers: nothing is known of a name there, which is no error in that service. */
function scopesOf(snapshot: Snapshot, countryId: string | undefined): CountryArea[] {
  if (countryId === undefined || countryId === '') return chooseAreas(snapshot, undefined, undefined);
  const isThere = snapshot.countries.some(({ code }) => code === countryId.toUpperCase());
  return isThere ? chooseAreas(snapshot, [countryId], undefined) : [];
}

function guess(
  name: string,
  { F, M }: PerGender = { F: 0, M: 0 },
  countryId: string | undefined,
): Static<typeof Guess> {
  const count = F + M;
  const probability = count === 0 ? 0 : Math.round((Math.max(F, M) / count) * 100) / 100;
  return {
    name,
    gender: F === M ? null : F > M ? 'female' : 'male',
    probability,
    count,
    ...(countryId !== undefined && { country_id: countryId }),
  };
}

function tellLimits(reply: FastifyReply): void {
  const secondsToday = Math.floor(Date.now() / 1000) % DAY_SECONDS;
  void reply
    .header('x-rate-limit-limit', NO_LIMIT)
    .header('x-rate-limit-remaining', NO_LIMIT)
    .header('x-rate-limit-reset', DAY_SECONDS - secondsToday);
}

function refuse(reply: FastifyReply, error: string): never {
  return reply.code(422).send({ error }) as never;
}
