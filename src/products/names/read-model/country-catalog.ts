import type { Database, Pool } from '#platform/postgres/database.ts';
import type { Gender } from '../normalize-gender.ts';
import { foldKey, nameKey } from '../spelling/name-keys.ts';
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

/** A published slice with its figures. */
export interface CatalogSlice extends SlicePointer, SliceFacts {
  readonly id: string;
  /** For each of `counts`: the rank of a name with that count. */
  readonly ranks: Int32Array;
}

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
  /** Single-year slices of an area and gender, by rising year; the same list for as long as this catalog lives. */
  years(areaNo: number, gender: Gender): readonly CatalogSlice[];
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
    return assemble(country, areas, sources, await withFacts(tx, pointers, former));
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

/** Competition ranks: one more than the number of names with a larger count. */
function ranksOf(frequencies: Int32Array): Int32Array {
  const ranks = new Int32Array(frequencies.length);
  let rank = 1;
  for (let at = 0; at < frequencies.length; at++) {
    ranks[at] = rank;
    rank += frequencies[at] as number;
  }
  return ranks;
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
  const groups = Map.groupBy(
    slices.filter(({ fromYear, toYear }) => fromYear === toYear),
    ({ areaNo, gender }) => `${areaNo} ${gender}`,
  );
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
    years: (areaNo, gender) => groups.get(`${areaNo} ${gender}`) ?? NO_SLICES,
    all: slices.toSorted((a, b) => isNational(a) - isNational(b) || b.toYear - a.toYear),
  };
}

function foldWord(text: string): string {
  return foldKey(nameKey(text));
}
