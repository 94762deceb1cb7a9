import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import {
  type Direction,
  type MovementBy,
  pageOfChanges,
  surpriseAt,
  visitBreakouts,
  visitLost,
  visitMovers,
  visitNew,
} from './list-changes.ts';
import type { Comparison, ListPair } from './list-pairs.ts';
import { matchLists, ranksByPlace } from './matched-lists.ts';

/** Twelve names, of which the last four are spellings of the first four. */
const dictionary = createDictionary(
  Array.from({ length: 12 }, (_, no) => {
    const key = `n${no % 8}`;
    return { no, name: `N${String(no).padStart(2, '0')}`, published: '', key, fold: key, compact: key };
  }),
);

type Counts = Readonly<Record<string, number>>;

/** The list of some names, by number; `isOther`: in their other spelling. 0: hidden. */
function listOf(counts: Counts, isOther: boolean): SliceRows {
  const rows = Object.entries(counts)
    .map(([no, count]) => ({ no: isOther && Number(no) < 4 ? Number(no) + 8 : Number(no), count }))
    .toSorted((a, b) => b.count - a.count || a.no - b.no);
  return {
    numbers: Int32Array.from(rows, ({ no }) => no),
    counts: Int32Array.from(rows, ({ count }) => count),
  };
}

function pairOf(before: Counts, now: Counts, { isOther = false, hiddenAtMost = 4 } = {}): ListPair {
  const [former, later] = [listOf(before, false), listOf(now, isOther)];
  const sum = ({ counts }: SliceRows): number => counts.reduce((total, count) => total + count, 0);
  return {
    ...matchLists(former, later, dictionary),
    comparison: {} as Comparison,
    former,
    later,
    formerRanks: ranksByPlace(former.counts),
    ranks: ranksByPlace(later.counts),
    denominator: 'listed',
    formerTotal: sum(former),
    total: sum(later),
    hiddenAtMost,
  };
}

const anyCounts = fc.dictionary(fc.nat(7).map(String), fc.nat(30), { noNullPrototype: true });
const anyPair = fc.record({ before: anyCounts, now: anyCounts, isOther: fc.boolean() });

/** Number of the name at a place, of either spelling. */
function nameAt({ later, former }: ListPair, place: number, isLost = false): number {
  return ((isLost ? former : later).numbers[place] as number) % 8;
}

function found(
  visitAll: (visit: (place: number, key: number, isLost?: boolean) => void) => void,
  pair: ListPair,
) {
  const names: [number, number][] = [];
  visitAll((place, key, isLost) => names.push([nameAt(pair, place, isLost), key]));
  return names.toSorted(([a], [b]) => a - b);
}

const rankIn = (counts: Counts, count: number): number =>
  1 + Object.values(counts).filter((other) => other > count).length;

test('new and lost names are those of one list alone, whatever their spelling', () => {
  fc.assert(
    fc.property(anyPair, fc.nat(10), ({ before, now, isOther }, minCount) => {
      const pair = pairOf(before, now, { isOther });
      const only = (one: Counts, other: Counts): [number, number][] =>
        Object.entries(one)
          .filter(([no, count]) => !(no in other) && count >= minCount)
          .map(([no, count]) => [Number(no), count]);
      assert.deepEqual(
        found((visit) => visitNew(pair, minCount, visit), pair),
        only(now, before),
      );
      assert.deepEqual(
        found((visit) => visitLost(pair, minCount, visit), pair),
        only(before, now),
      );
    }),
  );
});

test('movers are the names that both lists count, by the change of what is asked for', () => {
  const anyRules = fc.record({
    by: fc.constantFrom<MovementBy>('rank', 'count', 'share', 'ratio'),
    direction: fc.constantFrom<Direction>('up', 'down', 'both'),
    minCount: fc.nat(20),
    top: fc.constantFrom(2, 4, Infinity),
  });
  fc.assert(
    fc.property(anyPair, anyRules, ({ before, now, isOther }, rules) => {
      const pair = pairOf(before, now, { isOther });
      const sum = (counts: Counts): number =>
        Object.values(counts).reduce((total, count) => total + count, 0);
      const expected = Object.keys(now).flatMap((no): [number, number][] => {
        const [c1, c0] = [now[no] ?? 0, before[no] ?? 0];
        const [r1, r0] = [rankIn(now, c1), rankIn(before, c0)];
        if (c1 === 0 || c0 === 0 || Math.max(c0, c1) < rules.minCount || Math.min(r0, r1) > rules.top)
          return [];
        const [s1, s0] = [c1 / sum(now), c0 / sum(before)];
        const moved = { rank: r0 - r1, count: c1 - c0, share: s1 - s0, ratio: Math.log(s1 / s0) }[rules.by];
        const isWanted = { up: moved > 0, down: moved < 0, both: moved !== 0 }[rules.direction];
        return isWanted ? [[Number(no), Math.abs(moved)]] : [];
      });
      assert.deepEqual(
        found((visit) => visitMovers(pair, rules, visit), pair),
        expected,
      );
    }),
  );
});

test('a page is a part of the whole in order, and knows how long that is', () => {
  const anyPage = fc.record({ offset: fc.nat(12), limit: fc.integer({ min: 1, max: 6 }) });
  fc.assert(
    fc.property(fc.array(anyPair, { maxLength: 3 }), anyPage, (counts, page) => {
      const pairs = counts.map(({ before, now, isOther }) => pairOf(before, now, { isOther }));
      const tiebreak = (a: { pair: ListPair; place: number }, b: { pair: ListPair; place: number }): number =>
        pairs.indexOf(a.pair) - pairs.indexOf(b.pair) || a.place - b.place;
      const candidates = (pair: ListPair, visit: (place: number, key: number) => void): void =>
        visitNew(pair, 0, visit);
      const all = pageOfChanges(pairs, candidates, { offset: 0, limit: 1000 }, tiebreak);
      const some = pageOfChanges(pairs, candidates, page, tiebreak);
      assert.deepEqual(some.changes, all.changes.slice(page.offset, page.offset + page.limit));
      assert.deepEqual([some.total, all.total], [all.changes.length, all.changes.length]);
      assert.ok(all.changes.every(({ key }, at) => at === 0 || key <= (all.changes[at - 1]?.key ?? 0)));
    }),
  );
});

test('a breakout is far above what was expected; what was hidden was all that it can have been', () => {
  // 100 of 1,000 make 200 of 2,000 expected: 271 are five standard deviations above.
  const before = { 0: 100, 1: 900, 2: 0 };
  const z = (now: Counts, hiddenAtMost = 4) => {
    const pair = pairOf(before, now, { hiddenAtMost });
    return found((visit) => visitBreakouts(pair, { minCount: 20, minZ: 5 }, visit), pair);
  };
  assert.deepEqual(z({ 0: 270, 1: 1730 }), []);
  const [[name, beyond] = []] = z({ 0: 271, 1: 1729 });
  assert.equal(name, 0);
  assert.ok(Math.abs((beyond ?? 0) - 71 / Math.sqrt(200)) < 1e-12);
  // Hidden and not listed alike: 4 of 1,000 make 8 of 2,000, and 22 is 14 / √8 = 4.95 above.
  assert.deepEqual(z({ 1: 1956, 2: 22, 3: 22 }), []);
  assert.deepEqual(
    z({ 1: 1954, 2: 23, 3: 23 }).map(([no]) => no),
    [2, 3],
  );
  // Of a complete list a name that is not there had nobody; below 20 nothing is told.
  assert.deepEqual(
    z({ 1: 1961, 2: 20, 3: 19 }, 0).map(([no]) => no),
    [2],
  );
  const pair = pairOf(before, { 3: 2000 }, { hiddenAtMost: 0 });
  assert.deepEqual(surpriseAt(pair, 0), { formerCount: 0, expected: 0, z: 2000 });
});
