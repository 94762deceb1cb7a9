import type { HttpServer } from '#platform/http/server.ts';
import type { ReadModel } from '#products/names/index.ts';

const MOST_QUESTIONS = 6000;
/** Of `question`. */
const KINDS = 18;
const AT_A_TIME = 32;
const LONGEST_MS = 6000;

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
  const headers = { 'x-rehearsal': app.rehearsal, 'accept-encoding': 'identity' };
  // Few names are answered quickly anyway.
  const questions = Math.min(MOST_QUESTIONS, dictionary.size);
  let asked = 0;

  const ask = async (): Promise<void> => {
    while (asked < questions && performance.now() < end && !app.stopping.aborted) {
      const number = asked++;
      // All kinds about each country, whole and by areas; then about the largest, whose answers take longest, every
      // other time.
      const round = Math.floor(number / KINDS);
      const cycle = Math.floor(round / filled.length);
      const country = (cycle < 2 || round % 2 === 0 ? filled[round % filled.length] : undefined) ?? largest;
      // Steps without a common divisor lead all over slices and names.
      const slice = country.all[(number * 31) % country.all.length];
      const area = country.areas.find(({ no }) => no === slice?.areaNo)?.code ?? '';
      const name = dictionary.rows[(number * 7919) % dictionary.size]?.name ?? '';
      const isWhole = (cycle < 2 ? cycle : number + round) % 2 === 0;
      const place = isWhole ? country.code : `${country.code}&area=${area}`;
      const url = `${address}${question(number, place, slice?.toYear ?? 2000, name)}`;
      await (await fetch(url, { headers, signal: app.stopping })).arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, ask));
}

function rowsOf({ all }: { readonly all: readonly { readonly rows: number }[] }): number {
  return all.reduce((sum, { rows }) => sum + rows, 0);
}

function question(number: number, country: string, year: number, name: string): string {
  const list = `/v1/names?country=${country}`;
  const path = `/v1/names/${encodeURIComponent(name)}`;
  const part = encodeURIComponent(name.toLowerCase().slice(0, 3));
  const kinds = [
    `${list}&year=${year}`,
    `${list}&year=${year}&gender=F&offset=500`,
    `${list}&year=${year}&prefix=${part}`,
    `${list}&year=${year}&contains=${part}&gender=M`,
    `${list}&year=${year}&ends_with=${part.slice(-2)}`,
    `${list}&year=${year}&sort=name`,
    `${list}&year=${year}&sort=count&gender=all&min_count=20`,
    `${list}&year_from=${year - 100}&year_to=${year}`,
    `${list}&per_year=true&name=${encodeURIComponent(name)}`,
    `${path}/trend?country=${country}`,
    `${path}/gender?country=${country}`,
    path,
    `/v1/names/search?q=${part}`,
    `/v1/statistics/letters?country=${country}&year=${year}`,
    `/v1/statistics/lengths?country=${country}&year=${year}`,
    `/v1/statistics/diversity?country=${country}&year=${year}`,
    `/v1/statistics/movers?country=${country}&year=${year}`,
    `/v1/statistics/unisex?country=${country}`,
  ];
  return kinds[number % kinds.length] ?? path;
}
