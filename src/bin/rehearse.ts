import type { HttpServer } from '#platform/http/server.ts';
import type { ReadModel } from '#products/names/index.ts';

const QUESTIONS = 800;
const AT_A_TIME = 8;
const LONGEST_MS = 2000;

/**
 * Asks the server questions of every kind before others do: code that has not run yet is several times as slow, and
 * totals of years are made when they are first wanted. Ends early on a slow machine.
 */
export async function rehearse(app: HttpServer, model: ReadModel): Promise<void> {
  const { countries, dictionary } = await model.snapshot();
  const country = countries.find(({ all }) => all.length > 0);
  if (!country || dictionary.size === 0) return;
  const end = performance.now() + LONGEST_MS;
  const headers = { 'x-rehearsal': app.rehearsal };
  for (let number = 0; number < QUESTIONS && performance.now() < end; number += AT_A_TIME) {
    const batch = Array.from({ length: AT_A_TIME }, (_, at) => {
      // Steps without a common divisor lead all over years and names.
      const year = country.all[((number + at) * 31) % country.all.length]?.toYear ?? 2000;
      const name = dictionary.rows[((number + at) * 7919) % dictionary.size]?.name ?? '';
      return app.inject({ url: question(number + at, country.code, year, name), headers });
    });
    await Promise.all(batch);
  }
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
    `${list}&year_from=${year - 40}&year_to=${year}`,
    `${list}&per_year=true&name=${encodeURIComponent(name)}`,
    `${path}/trend?country=${country}`,
    `${path}/gender?country=${country}`,
    path,
    `/v1/names/search?q=${part}`,
  ];
  return kinds[number % kinds.length] ?? path;
}
