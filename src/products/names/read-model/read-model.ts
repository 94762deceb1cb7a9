import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Pool } from '#platform/postgres/database.ts';
import { listDataVersions } from './catalog.query.ts';
import { type CatalogSlice, type CountryCatalog, loadCountryCatalog } from './country-catalog.ts';
import { type Dictionary, EMPTY_DICTIONARY, extendDictionary } from './dictionary.ts';
import { findOldestTransaction, listSpellings } from './dictionary.query.ts';
import type { SliceRows } from './pages.query.ts';
import { createSliceRowStore, SLICES_PER_STATEMENT } from './slice-rows.ts';
import { createSummedRows } from './summed-rows.ts';

/** Former versions of a country kept for cursors that began with them. */
const KEPT_VERSIONS = 8;

/** Everything that is published, at one moment: what a request answers from. */
export interface Snapshot {
  readonly countries: readonly CountryCatalog[];
  readonly dictionary: Dictionary;
}

/**
 * Published numbers in memory: catalogs of countries by version, decoded slices by release, the dictionary. All of it
 * is immutable, so no process has to tell another anything: a request asks for the versions and takes what fits.
 */
export interface ReadModel {
  /** The present state; never older than the call. The same object for as long as nothing changes. */
  snapshot(): Promise<Snapshot>;
  /** What `snapshot` gave last, which may be past; undefined before. */
  known(): Snapshot | undefined;
  /** A former version of a country that a cursor began with; undefined where this process does not have it. */
  version(countryNo: number, version: number): CountryCatalog | undefined;
  /** The rows of slices, in the order asked for. */
  rows(slices: readonly CatalogSlice[]): Promise<SliceRows[]>;
  /** Reads what is published until the cache is full; `/ready` waits for it. */
  warmUp(): Promise<void>;
}

/** `versions`: where every request asks what is published; else over `pool` like all the rest. */
export function createReadModel(options: {
  readonly pool: Pool;
  readonly versions?: Pool | undefined;
  readonly cacheBytes: number;
}): ReadModel {
  const { pool, versions = pool } = options;
  const store = createSliceRowStore(pool, options.cacheBytes);
  const names = createLearntNames(pool);
  const rows = createSummedRows(store.rows, names.dictionary);
  const catalogs = new Map<number, CountryCatalog[]>();
  const loading = new Map<string, Promise<CountryCatalog | undefined>>();
  const snapshot = coalesce(takeSnapshot);
  let last: Snapshot | undefined;

  async function catalogAt(no: number, version: number): Promise<CountryCatalog | undefined> {
    const [newest] = catalogs.get(no) ?? [];
    if (newest && newest.version >= version) return newest;
    const key = `${no} ${version}`;
    let load = loading.get(key);
    if (!load) {
      load = loadWithNames(no, newest).finally(() => loading.delete(key));
      loading.set(key, load);
    }
    return load;
  }

  async function loadWithNames(
    no: number,
    former: CountryCatalog | undefined,
  ): Promise<CountryCatalog | undefined> {
    const catalog = await loadCountryCatalog(pool, no, former);
    if (!catalog) return undefined;
    if (catalog.all.length > 0) await names.learn();
    const versions = (catalogs.get(no) ?? []).filter(({ version }) => version !== catalog.version);
    const newestFirst = [catalog, ...versions].sort((a, b) => b.version - a.version);
    catalogs.set(no, newestFirst.slice(0, KEPT_VERSIONS));
    return catalog;
  }

  async function takeSnapshot(): Promise<Snapshot> {
    const countries: CountryCatalog[] = [];
    for (const [no, version] of await listDataVersions(versions)) {
      const catalog = await catalogAt(no, version);
      if (catalog) countries.push(catalog);
    }
    countries.sort((a, b) => (a.code < b.code ? -1 : 1));
    const dictionary = names.dictionary();
    if (last && isSame(last, countries, dictionary)) return last;
    return (last = { countries, dictionary });
  }

  /** What a country without national numbers answers from. */
  async function warmSums(slices: readonly CatalogSlice[]): Promise<void> {
    if (slices.some(({ parts }) => parts) && !store.isFull()) await rows(slices);
  }

  return {
    snapshot,
    known: () => last,
    rows,
    version: (countryNo, version) => catalogs.get(countryNo)?.find((catalog) => catalog.version === version),
    async warmUp() {
      const { countries, dictionary } = await snapshot();
      dictionary.folds();
      for (const { all } of countries) {
        for (let start = 0; start < all.length && !store.isFull(); start += SLICES_PER_STATEMENT) {
          await store.rows(all.slice(start, start + SLICES_PER_STATEMENT));
        }
      }
      for (const country of countries)
        for (const gender of ['F', 'M'] as const) await warmSums(country.years(country.national.no, gender));
    },
  };
}

function isSame(snapshot: Snapshot, countries: readonly CountryCatalog[], dictionary: Dictionary): boolean {
  if (snapshot.dictionary !== dictionary || snapshot.countries.length !== countries.length) return false;
  return snapshot.countries.every((country, at) => country === countries[at]);
}

/** The dictionary as far as this process has learnt it. */
function createLearntNames(pool: Pool): { dictionary(): Dictionary; learn(): Promise<void> } {
  let dictionary = EMPTY_DICTIONARY;
  let learntSince = '0';
  let work: Promise<void> = Promise.resolve();

  async function fetchNew(): Promise<void> {
    const seen = await findOldestTransaction(pool);
    const found = await listSpellings(pool, learntSince);
    const added = found.filter(({ no }) => (dictionary.positions[no] ?? -1) < 0);
    if (added.length > 0) dictionary = extendDictionary(dictionary, added);
    learntSince = seen;
  }

  return {
    dictionary: () => dictionary,
    // Names are added before the release that uses them is published, so this comes after the catalog is read.
    learn: () => (work = work.then(fetchNew, fetchNew)),
  };
}

/**
 * Callers of one turn of the event loop share a question, and so do those that come while one is on its way: an answer
 * is never older than its call, and many callers cost no more than a few.
 */
function coalesce<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    next = undefined;
    running = ask().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => (next ??= (running ?? endOfTurn()).then(start, start));
}
