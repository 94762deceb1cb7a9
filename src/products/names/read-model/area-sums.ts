import type { AreaRow } from './catalog.query.ts';
import type { CatalogSlice } from './country-catalog.ts';

const NOTHING = new Int32Array(0);

/**
 * The areas whose numbers stand in for those of one that has none: of all that lie in it, those of the nearest level
 * that has any. One level, so that nobody is counted with a parent and again with its child.
 */
export function nearestAreas(
  areas: readonly AreaRow[],
  areaNo: number,
  hasNumbers: (areaNo: number) => boolean,
): AreaRow[] {
  const whole = areas.find(({ no }) => no === areaNo);
  if (!whole) return [];
  const parts = areas.filter(({ no, code }) => code.startsWith(`${whole.code}-`) && hasNumbers(no));
  const nearest = parts.reduce((least, { level }) => Math.min(least, level), Number.POSITIVE_INFINITY);
  return parts.filter(({ level }) => level === nearest);
}

/**
 * One year of several areas as a slice of the area that they lie in. Each of them leaves out its own rare names, and
 * some may have no numbers at all: what is added up is the least that there can be. Its names are only known when its
 * rows are read, so `rows` is the most that there can be.
 */
export function sumOfAreas(areaNo: number, parts: readonly CatalogSlice[]): CatalogSlice {
  const [first] = parts as [CatalogSlice];
  const total = (of: (part: CatalogSlice) => number): number =>
    parts.reduce((sum, part) => sum + of(part), 0);
  const hidden = total(({ threshold }) => (threshold ?? 1) - 1);
  return {
    ...first,
    areaNo,
    id: `${areaNo}=${parts.map(({ id }) => id).join('+')}`,
    seriesReleaseNo: null,
    rows: total(({ rows }) => rows),
    sum: total(({ sum }) => sum),
    withheld: total(({ withheld }) => withheld),
    births: parts.every(({ births }) => births !== null) ? total(({ births }) => births ?? 0) : null,
    threshold: hidden > 0 ? hidden + 1 : null,
    quality: 'lower_bound',
    officeRanks: 'none',
    counts: NOTHING,
    frequencies: NOTHING,
    ranks: NOTHING,
    parts,
  };
}
