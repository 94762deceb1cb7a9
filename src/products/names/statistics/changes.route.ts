import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { type Static, type TObject, Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import { breakoutsList } from './breakouts.ts';
import {
  type ChangeList,
  changeMetaProperties,
  changeParameters,
  comparisonProperties,
  creditMeta,
  openPage,
} from './changes-schemas.ts';
import { type Change, pageOfChanges } from './list-changes.ts';
import { createListPairs, findComparisons, type ListPair, type ListPairs } from './list-pairs.ts';
import { flashesRoute } from './flashes.route.ts';
import { lostList, moversList, newList } from './movers.ts';
import { findPublishedYears } from './published-years.ts';
import { revivalsRoute } from './revivals.route.ts';
import { createSeenBefore, type SeenBefore } from './seen-before.ts';

const CommonQuery = Type.Object(changeParameters);

interface Sources {
  readonly pairs: ListPairs;
  readonly seen: SeenBefore;
}

/** `GET /v1/statistics/movers`, `…/new`, `…/lost`, `…/breakouts`: a list against a former one; and what all years tell. */
export function changeRoutes(model: ReadModel): FastifyPluginCallback {
  const sources = { pairs: createListPairs(model), seen: createSeenBefore(model) };
  return (app, _options, done) => {
    changeRoute(app, model, sources, moversList);
    changeRoute(app, model, sources, newList);
    changeRoute(app, model, sources, lostList);
    changeRoute(app, model, sources, breakoutsList);
    void app.register(revivalsRoute(model));
    void app.register(flashesRoute(model));
    done();
  };
}

function changeRoute<Query extends TObject, Item extends TObject>(
  app: FastifyInstance,
  model: ReadModel,
  sources: Sources,
  list: ChangeList<Query, Item>,
): void {
  registerList(app, {
    url: `/v1/statistics/${list.kind}`,
    config: {
      access: 'public_read',
      example: { query: { country: 'US', gender: 'F', year: 2020, limit: 5 } },
    },
    summary: list.summary,
    description: list.description,
    tags: ['statistics'],
    query: Type.Object({ ...changeParameters, ...list.query.properties }),
    item: list.item,
    meta: Type.Object(changeMetaProperties),
    async find({ query, format, request, reply }) {
      const parts = [list.kind, JSON.stringify(query), format];
      return answerFrom({ request, reply, model, parts }, (snapshot) =>
        findChanges<Query, Item>(
          snapshot,
          sources,
          list,
          query as Static<typeof CommonQuery> & Static<Query>,
        ),
      );
    },
  });
}

async function findChanges<Query extends TObject, Item extends TObject>(
  snapshot: Snapshot,
  sources: Sources,
  { asksForAllYears, candidates, itemOf }: ChangeList<Query, Item>,
  query: Static<typeof CommonQuery> & Static<Query>,
) {
  const comparisons = findComparisons(findPublishedYears(snapshot, query), query.year, query.over);
  const page = openPage(
    comparisons.map(({ country }) => country),
    query,
  );
  const matched = await sources.pairs.match(snapshot, comparisons);
  const pairs = asksForAllYears?.(query) ? await withHistory(snapshot, sources.seen, matched) : matched;
  const { changes, total } = pageOfChanges(
    pairs,
    (pair, visit) => candidates(pair, query, visit),
    page,
    byUseThenName(snapshot),
  );
  const pairOf = new Map(pairs.map((pair) => [pair.comparison, pair]));
  return {
    data: changes.map((change) => itemOf(change, snapshot)),
    meta: {
      ...page.meta(total),
      ...creditMeta(comparisons),
      comparisons: comparisons.map((each) => comparisonProperties(each, query.over, pairOf.get(each))),
    },
  };
}

async function withHistory(
  snapshot: Snapshot,
  seen: SeenBefore,
  pairs: readonly ListPair[],
): Promise<ListPair[]> {
  const found: ListPair[] = [];
  for (const pair of pairs) found.push({ ...pair, seenBefore: await seen.find(snapshot, pair) });
  return found;
}

function byUseThenName({ dictionary: { positions } }: Snapshot): (one: Change, other: Change) => number {
  return (one, other) => {
    const [a, b] = [standing(one), standing(other)];
    return b.count - a.count || (positions[a.number] as number) - (positions[b.number] as number);
  };
}

function standing({ pair, place, isLost }: Change): { number: number; count: number } {
  const { numbers, counts } = isLost ? pair.former : pair.later;
  return { number: numbers[place] as number, count: counts[place] as number };
}
