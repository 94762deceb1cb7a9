import { Agent, get, type RequestOptions } from 'node:http';
import type { HttpServer } from '#platform/http/server.ts';
import type { ReadModel } from '#products/names/index.ts';

const MOST_QUESTIONS = 12_000;
const NAMES_A_QUESTION = 8;
/** Of `question`. */
const KINDS = 19;
const AT_A_TIME = 32;
const LONGEST_MS = 10_000;

/**
 * Asks the server questions of every kind, over its own port, before others do: code that has not run yet is several
 * times as slow, connections to the database are opened and totals of years made when they are first wanted. Ends
 * early on a slow machine or when the server stops.
 */
export async function rehearse(app: HttpServer, address: string, model: ReadModel): Promise<void> {
  const { countries, dictionary } = await model.snapshot();
  const filled = countries.filter(({ all }) => all.length > 0);
  const [largest] = filled.toSorted((one, other) => rowsOf(other) - rowsOf(one));
  if (!largest || dictionary.size === 0) return;
  const end = performance.now() + LONGEST_MS;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
  const options = { agent, headers: { 'x-rehearsal': app.rehearsal }, signal: app.stopping };
  // Few names are answered quickly anyway; those of the United States are enough for all questions.
  const questions = Math.min(MOST_QUESTIONS, Math.ceil(dictionary.size / NAMES_A_QUESTION));
  let asked = 0;

  const askOn = async (): Promise<void> => {
    while (asked < questions && performance.now() < end && !app.stopping.aborted) {
      const number = asked++;
      const round = Math.floor(number / KINDS);
      // All kinds about each country, about all of them at once, and by areas; then about the largest, whose answers
      // take longest, every other time.
      const cycle = Math.floor(round / (filled.length + 1));
      const turn = round % (filled.length + 1);
      const country = cycle < 2 || round % 2 === 0 ? filled[turn] : largest;
      // Steps without a common divisor lead all over slices and names.
      const { all } = country ?? largest;
      const slice = all[(number * 31) % all.length];
      const area = country?.areas.find(({ no }) => no === slice?.areaNo)?.code;
      const isWhole = (cycle < 2 ? cycle : number + round) % 2 === 0;
      const name = dictionary.rows[(number * 7919) % dictionary.size]?.name ?? '';
      const place = { country: country?.code, area: isWhole ? undefined : area };
      const path = question(number, { place, year: slice?.toYear ?? 2000, name, variant: cycle + turn });
      await ask(`${address}${path}`, options);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, askOn));
  agent.destroy();
}

/** Takes a third of the time of `fetch`, which would be taken from the answers: both run on one thread. */
function ask(url: string, options: RequestOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, options, (response) => {
      response.once('end', resolve).once('error', reject).resume();
    });
    request.once('error', reject);
  });
}

function rowsOf({ all }: { readonly all: readonly { readonly rows: number }[] }): number {
  return all.reduce((sum, { rows }) => sum + rows, 0);
}

interface Subject {
  /** Without a country: all of them at once. */
  readonly place: { readonly country: string | undefined; readonly area: string | undefined };
  readonly year: number;
  readonly name: string;
  /** Which of the orders and genders. */
  readonly variant: number;
}

const SORTS = ['name', '-name', 'count', '-count', 'rank', '-rank'] as const;
const GENDERS = [undefined, 'F', 'M'] as const;

function question(number: number, { place, year, name, variant }: Subject): string {
  const sort = SORTS[variant % SORTS.length];
  const gender = GENDERS[variant % GENDERS.length];
  const ofName = `/v1/names/${encodeURIComponent(name)}`;
  const part = name.toLowerCase().slice(0, 3);
  const inYear = { ...place, year };
  const { country } = place;
  const kinds: [path: string, query: Readonly<Record<string, unknown>>][] = [
    ['/v1/names', { ...inYear, gender }],
    ['/v1/names', { ...inYear, gender: 'F', offset: 500 }],
    ['/v1/names', { ...inYear, prefix: part.slice(0, 1 + (variant % 3)) }],
    ['/v1/names', { ...inYear, contains: part, gender: 'M' }],
    ['/v1/names', { ...inYear, ends_with: part.slice(-2) }],
    ['/v1/names', { ...inYear, sort, gender }],
    ['/v1/names', { ...inYear, gender: 'all', min_count: 1 + (number % 100) }],
    ['/v1/names', { ...place, year_from: year - 100, year_to: year, gender }],
    ['/v1/names', { ...place, per_year: true, year_from: year - 60, name }],
    [`${ofName}/trend`, { country, gender }],
    [`${ofName}/gender`, { country }],
    [ofName, { country }],
    ['/v1/names/search', { q: part }],
    ['/v1/statistics/letters', { country, year }],
    ['/v1/statistics/lengths', { country, year }],
    ['/v1/statistics/diversity', { country, year }],
    ['/v1/statistics/movers', { country, year }],
    [`/v1/statistics/${variant % 2 === 0 ? 'new' : 'lost'}`, { country, year }],
    ['/v1/statistics/unisex', { country }],
  ];
  const [path, query] = kinds[number % KINDS] ?? ['/ready', {}];
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return `${path}?${new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)])).toString()}`;
}
