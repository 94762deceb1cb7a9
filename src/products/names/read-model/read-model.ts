import { AppError } from '#platform/errors.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { listDataVersions } from './catalog.query.ts';
import { type CatalogSlice, type CountryCatalog, loadCountryCatalog } from './country-catalog.ts';
import { type Dictionary, EMPTY_DICTIONARY, extendDictionary } from './dictionary.ts';
import { findOldestTransaction, listSpellings } from './dictionary.query.ts';
import { loadSliceRows, type SliceRows } from './pages.query.ts';
import { createSliceCache } from './slice-cache.ts';

/** Slices fetched by one statement: some 8 MB of numbers at most. */
const SLICES_PER_STATEMENT = 32;
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
  /** The present state; never older than the call. */
  snapshot(): Promise<Snapshot>;
  /** A former version of a country that a cursor began with; undefined where this process does not have it. */
  version(countryNo: number, version: number): CountryCatalog | undefined;
  /** The rows of slices, in the order asked for. */
  rows(slices: readonly CatalogSlice[]): Promise<SliceRows[]>;
  /** Reads what is published until the cache is full; `/ready` waits for it. */
  warmUp(): Promise<void>;
}

export function createReadModel(options: { readonly pool: Pool; readonly cacheBytes: number }): ReadModel {
  const { pool } = options;
  const cache = createSliceCache(options.cacheBytes);
  const catalogs = new Map<number, CountryCatalog[]>();
  const askVersions = coalesce(() => listDataVersions(pool));
  const loading = new Map<string, Promise<CountryCatalog | undefined>>();
  const fetching = new Map<string, Promise<Map<string, SliceRows>>>();
  let dictionary = EMPTY_DICTIONARY;
  let learntSince = '0';
  let dictionaryWork: Promise<void> = Promise.resolve();

  async function catalogAt(no: number, version: number): Promise<CountryCatalog | undefined> {
    const [newest] = catalogs.get(no) ?? [];
    if (newest && newest.version >= version) return newest;
    const key = `${no} ${version}`;
    let load = loading.get(key);
    if (!load) {
      load = loadWithNames(no, newest).finally(() => loading.delete(key));
      loading.set(key, load);
    }
    const catalog = await load;
    if (catalog) keepCatalog(catalog);
    return catalog;
  }

  async function loadWithNames(
    no: number,
    former: CountryCatalog | undefined,
  ): Promise<CountryCatalog | undefined> {
    const catalog = await loadCountryCatalog(pool, no, former);
    if (catalog && catalog.all.length > 0) await learnNames();
    return catalog;
  }

  function keepCatalog(catalog: CountryCatalog): void {
    const versions = catalogs.get(catalog.no) ?? [];
    if (versions.some(({ version }) => version === catalog.version)) return;
    const kept = [catalog, ...versions].sort((a, b) => b.version - a.version);
    catalogs.set(catalog.no, kept.slice(0, KEPT_VERSIONS));
  }

  async function fetchRows(slices: readonly CatalogSlice[]): Promise<Map<string, SliceRows>> {
    const fetched = await loadSliceRows(pool, slices);
    for (const [id, rows] of fetched) cache.set(id, rows);
    return fetched;
  }

  /** Names are added before the release that uses them is published, so this comes after the catalog is read. */
  function learnNames(): Promise<void> {
    const work = dictionaryWork.then(async () => {
      const seen = await findOldestTransaction(pool);
      const found = await listSpellings(pool, learntSince);
      const added = found.filter(({ no }) => (dictionary.positions[no] ?? -1) < 0);
      if (added.length > 0) dictionary = extendDictionary(dictionary, added);
      learntSince = seen;
    });
    dictionaryWork = work.catch(() => undefined);
    return work;
  }

  async function rows(slices: readonly CatalogSlice[]): Promise<SliceRows[]> {
    const missing = slices.filter(({ id }) => !cache.get(id));
    if (missing.length === 0) return slices.map(({ id }) => cache.get(id) as SliceRows);
    const fetched = new Map<string, SliceRows>();
    const wanted = new Set(missing.map(({ id }) => id));
    for (const work of new Set(missing.map((slice) => fetching.get(slice.id)))) {
      for (const [id, found] of (await work) ?? []) if (wanted.has(id)) fetched.set(id, found);
    }
    const unasked = missing.filter(({ id }) => !fetched.has(id));
    for (let start = 0; start < unasked.length; start += SLICES_PER_STATEMENT) {
      const batch = unasked.slice(start, start + SLICES_PER_STATEMENT);
      const work = fetchRows(batch).finally(() => batch.forEach(({ id }) => fetching.delete(id)));
      for (const { id } of batch) fetching.set(id, work);
      for (const [id, found] of await work) fetched.set(id, found);
    }
    return slices.map(({ id }) => fetched.get(id) ?? cache.get(id) ?? removed());
  }

  async function snapshot(): Promise<Snapshot> {
    const versions = await askVersions();
    const countries: CountryCatalog[] = [];
    for (const [no, version] of versions) {
      const catalog = await catalogAt(no, version);
      if (catalog) countries.push(catalog);
    }
    return { countries: countries.sort((a, b) => (a.code < b.code ? -1 : 1)), dictionary };
  }

  return {
    snapshot,
    version: (countryNo, version) => catalogs.get(countryNo)?.find((catalog) => catalog.version === version),
    rows,
    async warmUp() {
      for (const { all } of (await snapshot()).countries) {
        for (let start = 0; start < all.length && !cache.isFull(); start += SLICES_PER_STATEMENT) {
          await rows(all.slice(start, start + SLICES_PER_STATEMENT));
        }
      }
    },
  };
}

/** The rows of a release go an hour after its last use: only an old cursor still asks for them. */
function removed(): never {
  throw new AppError(
    'gone',
    'cursor_expired',
    'These numbers were replaced some time ago. Begin again without the cursor.',
  );
}

/**
 * Callers that ask while a question is on its way share the next one: an answer is never older than its call, and
 * many callers cost no more than a few.
 */
function coalesce<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  return () => {
    if (!running) return (running = start());
    next ??= running.then(restart, restart);
    return next;
  };

  function start(): Promise<T> {
    return ask().finally(() => {
      running = undefined;
    });
  }

  function restart(): Promise<T> {
    next = undefined;
    return (running = start());
  }
}
