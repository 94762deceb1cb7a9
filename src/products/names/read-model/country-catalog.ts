import type { Database, Pool } from '#platform/postgres/database.ts';
import type { Measure } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';
import { foldKey, nameKey } from '../spelling/name-keys.ts';
import { nearestAreas, sumOfAreas } from './area-sums.ts';
import {
  type AreaRow,
  type CountryRow,
  findCountryRow,
  listAreas,
  listSliceFacts,
  listSlicePointers,
  listSources,
  type SliceFacts,
  sliceId,
  type SlicePointer,
  type SourceRow,
} from './catalog.query.ts';
import { ranksOf } from './histogram.ts';
import { withOfficialBirths } from './official-births.ts';
import { listAreaTotals } from './official-births.query.ts';

/** A published slice with its figures. */
export interface CatalogSlice extends SlicePointer, SliceFacts {
  readonly id: string;
  /** For each of `counts`: the rank of a name with that count. */
  readonly ranks: Int32Array;
  /** What is added up, where these are the numbers of several areas; undefined for a published slice. */
  readonly parts?: readonly CatalogSlice[];
}

/** In the order in which an area shows them, where nobody asks for one. */
export const MEASURES: readonly Measure[] = ['births', 'registrations', 'living_bearers', 'census_by_decade'];

/** What is published about a country at one version of its data; immutable. */
export interface CountryCatalog {
  readonly no: number;
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly version: number;
  readonly areas: readonly AreaRow[];
  /** The country itself as an area. */
  readonly national: AreaRow;
  readonly sources: ReadonlyMap<number, SourceRow>;
  /** The area with this ISO code (also without the country's part) or name; undefined where there is none. */
  findArea(text: string): AreaRow | undefined;
  areaOf(areaNo: number): AreaRow;
  /**
   * Single-year slices of an area and gender, all of one measure (by default the first that the area has), by rising
   * year; the same list for as long as this catalog lives. An area without numbers of its own has the sums of those
   * that lie in it, of the nearest level that has any.
   */
  years(areaNo: number, gender: Gender, measure?: Measure): readonly CatalogSlice[];
  /** All slices, national ones and late years first. */
  readonly all: readonly CatalogSlice[];
}

const NO_SLICES: readonly CatalogSlice[] = [];

/** Reads the catalog of a country in one snapshot; undefined where it is gone. Facts known to `former` are kept. */
export function loadCountryCatalog(
  pool: Pool,
  no: number,
  former: CountryCatalog | undefined,
): Promise<CountryCatalog | undefined> {
  return pool.transaction(async (tx) => {
    const country = await findCountryRow(tx, no);
    if (!country) return undefined;
    const areas = await listAreas(tx, no);
    const sources = await listSources(tx, no);
    const pointers = await listSlicePointers(tx, no);
    const slices = await withFacts(tx, pointers, former);
    return assemble(country, areas, sources, withOfficialBirths(slices, await listAreaTotals(tx, no)));
  }, 'REPEATABLE READ');
}

async function withFacts(
  db: Database,
  pointers: readonly SlicePointer[],
  former: CountryCatalog | undefined,
): Promise<CatalogSlice[]> {
  const known = new Map<string, CatalogSlice>(former?.all.map((slice) => [slice.id, slice]));
  const missing = new Set(
    pointers.filter((pointer) => !known.has(sliceId(pointer))).map(({ releaseNo }) => releaseNo),
  );
  const fresh: Map<string, SliceFacts> =
    missing.size > 0 ? await listSliceFacts(db, [...missing]) : new Map();
  return pointers.map((pointer) => {
    const id = sliceId(pointer);
    const same = known.get(id);
    if (same) return same.seriesReleaseNo === pointer.seriesReleaseNo ? same : { ...same, ...pointer };
    const facts = fresh.get(id) as SliceFacts;
    return { ...pointer, ...facts, id, ranks: ranksOf(facts.frequencies) };
  });
}

function assemble(
  country: CountryRow,
  areas: readonly AreaRow[],
  sources: readonly SourceRow[],
  slices: readonly CatalogSlice[],
): CountryCatalog {
  const national = areas.find(({ level }) => level === 0) as AreaRow;
  const byWord = new Map<string, AreaRow>();
  for (const area of areas) {
    for (const word of [area.name, area.code.slice(area.code.indexOf('-') + 1), area.code])
      byWord.set(foldWord(word), area);
  }
  byWord.set(foldWord(national.code), national);
  const byNo = new Map(areas.map((area) => [area.no, area]));
  const isNational = (slice: CatalogSlice): number => (slice.areaNo === national.no ? 0 : 1);

  return {
    no: country.no,
    id: country.id,
    code: country.code,
    name: country.name,
    version: Number(country.version),
    areas,
    national,
    sources: new Map(sources.map((source) => [source.release_no, source])),
    findArea: (text) => byWord.get(foldWord(text)),
    areaOf: (areaNo) => byNo.get(areaNo) as AreaRow,
    years: yearsByArea(areas, slices),
    all: slices.toSorted((a, b) => isNational(a) - isNational(b) || b.toYear - a.toYear),
  };
}

/** Answers `CountryCatalog.years`. */
function yearsByArea(areas: readonly AreaRow[], slices: readonly CatalogSlice[]): CountryCatalog['years'] {
  const ofOneYear = slices.filter(({ fromYear, toYear }) => fromYear === toYear);
  const own = Map.groupBy(ofOneYear, ({ areaNo, measure, gender }) => `${areaNo} ${measure} ${gender}`);
  const measured = new Set(ofOneYear.map(({ areaNo, measure }) => `${areaNo} ${measure}`));
  const known = new Map<string, readonly CatalogSlice[]>();

  function find(areaNo: number, gender: Gender, wanted: Measure | undefined): readonly CatalogSlice[] {
    const hasAny = (no: number): boolean => measuresOf(no).length > 0;
    const measuresOf = (no: number): Measure[] =>
      (wanted ? [wanted] : MEASURES).filter((measure) => measured.has(`${no} ${measure}`));
    const [measure] = measuresOf(areaNo);
    if (measure) return own.get(`${areaNo} ${measure} ${gender}`) ?? NO_SLICES;
    const parts = nearestAreas(areas, areaNo, hasAny);
    const shared = MEASURES.find((each) => parts.some(({ no }) => measuresOf(no).includes(each)));
    if (!shared) return NO_SLICES;
    // The same sums, whether their measure was named or not: running totals know them by what they are.
    if (!wanted) return years(areaNo, gender, shared);
    const ofParts = parts.flatMap(({ no }) => own.get(`${no} ${shared} ${gender}`) ?? NO_SLICES);
    const byYear = [...Map.groupBy(ofParts, ({ toYear }) => toYear)].sort(([a], [b]) => a - b);
    return byYear.map(([, ofYear]) => sumOfAreas(areaNo, ofYear));
  }

  function years(areaNo: number, gender: Gender, measure?: Measure): readonly CatalogSlice[] {
    const key = `${areaNo} ${gender} ${measure ?? ''}`;
    let found = known.get(key);
    if (!found) known.set(key, (found = find(areaNo, gender, measure)));
    return found;
  }
  return years;
}

function foldWord(text: string): string {
  return foldKey(nameKey(text));
}
