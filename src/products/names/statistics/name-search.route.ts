import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import { MATCH_TYPES, orderByUse, searchNames, type UseOrder } from './name-search.ts';
import { nationalSources } from './national-sources.ts';
import { createNameTotals } from './name-totals.ts';
import { SourceSchema, versionsOf } from './provenance.ts';
import { CountryCodes, NameText } from './schemas.ts';

const Query = Type.Object({
  q: NameText,
  country: Type.Optional(CountryCodes),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
});

const Hit = Type.Object({
  name: Type.String(),
  match_type: OneOf(MATCH_TYPES),
  total_count: Type.Integer(),
  female_count: Type.Integer(),
  male_count: Type.Integer(),
  last_year: Type.Integer(),
  countries: Type.Array(Type.String()),
});

const Meta = Type.Object({
  next_cursor: Nullable(Type.String()),
  sources: Type.Array(SourceSchema, { description: 'Of the countries that the names are listed in' }),
});

/** `GET /v1/names/search`: folded search, the most exact hits first, then by use. */
export function nameSearchRoute(model: ReadModel) {
  const totalsOf = createNameTotals(model);
  let known: (Pick<Snapshot, 'dictionary'> & { versions: string; use: Promise<UseOrder> }) | undefined;

  /** Made once for each version of the data and of the dictionary, whose positions it uses. */
  function useIn(snapshot: Snapshot): Promise<UseOrder> {
    const { dictionary } = snapshot;
    const versions = versionsOf(snapshot.countries);
    if (known?.versions === versions && known.dictionary === dictionary) return known.use;
    const made = { versions, dictionary, use: orderByUse(model, snapshot) };
    known = made;
    made.use.catch(() => {
      if (known === made) known = undefined;
    });
    return made.use;
  }

  return (app: FastifyInstance, _options: object, done: () => void): void => {
    registerList(app, {
      url: '/v1/names/search',
      config: { access: 'public_read', example: { query: { q: 'zoe' } } },
      summary: 'Names like the one typed',
      description:
        'Accents, case, hyphens and blanks do not matter; exact hits come first, then the most used.',
      tags: ['names'],
      query: Query,
      item: Hit,
      meta: Meta,
      columns: ['name', 'match_type', 'total_count', 'female_count', 'male_count', 'last_year'],
      async find({ query, format, request, reply }) {
        const { q, country, limit } = query;
        const parts = [JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, async (snapshot) => {
          const use = await useIn(snapshot);
          const hits = await searchNames(snapshot, { use, totalsOf }, { q, country, limit });
          const listed = new Set(hits.flatMap(({ countries }) => countries));
          const sources = nationalSources(snapshot.countries.filter(({ code }) => listed.has(code)));
          return { data: hits, meta: { next_cursor: null, sources } };
        });
      },
    });
    done();
  };
}
