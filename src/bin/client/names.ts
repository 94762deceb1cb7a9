import { type Listed, openApiClient, type Single } from './api-client.ts';
import { countText, print, printJson, printTable } from './output.ts';
import { sparkline } from './sparkline.ts';

interface Shared {
  readonly country?: string;
  readonly area?: string;
  readonly gender?: string;
  readonly json?: true;
}

export interface TopOptions extends Shared {
  readonly year?: string;
  readonly limit: string;
  readonly prefix?: string;
  readonly contains?: string;
  readonly endsWith?: string;
}

export interface TrendOptions extends Shared {
  readonly from?: string;
  readonly to?: string;
  readonly all?: true;
}

export interface GenderOptions extends Shared {
  readonly yearFrom?: string;
  readonly yearTo?: string;
}

interface RankedName {
  readonly name: string;
  readonly gender: string;
  readonly year: number | null;
  readonly count: number | null;
  readonly rank_published: number | null;
  readonly rank: number | null;
  readonly share: number | null;
  readonly country: string;
  readonly area: string;
}

interface Point {
  readonly year: number;
  readonly count: number | null;
  readonly rank: number | null;
  readonly per_million: number | null;
}

interface Series {
  readonly name: string;
  readonly country: string;
  readonly area: string;
  readonly gender: string;
  readonly points: readonly Point[];
}

interface Gender {
  readonly name: string;
  readonly label: string;
  readonly female_probability: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly total_count: number;
}

interface Sourced {
  readonly meta: {
    readonly sources?: readonly { readonly office: string | null; readonly edition: string | null }[];
  };
}

const SPARKLINE_WIDTH = 60;
const FEW_POINTS = 30;

export async function topCommand(options: TopOptions): Promise<void> {
  const { json, endsWith, ...filters } = options;
  const answer = await openApiClient().get<Listed<RankedName> & Sourced>('/v1/names', {
    ...filters,
    ends_with: endsWith,
  });
  if (json) return printJson(answer);
  const rows = answer.data.map(
    ({ rank_published, rank, name, gender, count, share, year, country, area }) => ({
      rank: rank_published ?? rank,
      name,
      gender,
      count,
      share: percent(share),
      year: String(year ?? '–'),
      place: area === country ? country : area,
    }),
  );
  printTable(rows, 'No names fit.');
  printSources(answer);
}

export async function trendCommand(name: string, options: TrendOptions): Promise<void> {
  const { json, all, ...filters } = options;
  const path = `/v1/names/${encodeURIComponent(name)}/trend`;
  const answer = await openApiClient().get<Single<{ series: readonly Series[] }> & Sourced>(path, filters);
  if (json) return printJson(answer);
  const listed = answer.data.series.filter(({ points }) => points.some(({ count }) => count !== null));
  if (listed.length === 0) print(`${name} is not listed there.`);
  for (const series of listed) printSeries(series, all ?? false);
  printSources(answer);
}

function printSeries({ name, gender, country, area, points }: Series, all: boolean): void {
  const first = points[0]?.year;
  const last = points.at(-1)?.year;
  const peak = points.reduce((best, point) => ((point.count ?? 0) > (best.count ?? 0) ? point : best));
  print(`${name}, ${gender}, ${area === country ? country : area}, ${first}–${last}`);
  print(
    sparkline(
      points.map(({ count }) => count ?? 0),
      SPARKLINE_WIDTH,
    ),
  );
  print(`most in ${peak.year}: ${countText(peak.count ?? 0)}`);
  const shown =
    all || points.length <= FEW_POINTS
      ? points
      : points.filter((point) => point.year % 10 === 0 || point.year === last);
  const rows = shown.map(({ year, count, rank, per_million }) => ({
    year: String(year),
    count,
    rank,
    per_million,
  }));
  printTable(rows, '');
}

export async function genderCommand(names: readonly string[], options: GenderOptions): Promise<void> {
  const { json, yearFrom, yearTo, ...filters } = options;
  const api = openApiClient();
  const query = { ...filters, year_from: yearFrom, year_to: yearTo };
  const answers = [];
  for (const name of names) {
    answers.push(
      await api.get<Single<Gender> & Sourced>(`/v1/names/${encodeURIComponent(name)}/gender`, query),
    );
  }
  if (json) return printJson(answers.length === 1 ? answers[0] : answers);
  const rows = answers.map(
    ({ data: { name, label, female_probability: female, interval, total_count } }) => ({
      name,
      gender: label.replaceAll('_', ' '),
      female: percent(female),
      interval: interval ? `${percent(interval.low)} – ${percent(interval.high)}` : '–',
      births: total_count,
    }),
  );
  printTable(rows, '');
  const [answer] = answers;
  if (answer) printSources(answer);
}

export async function searchCommand(
  text: string,
  options: { readonly country?: string; readonly limit: string; readonly json?: true },
): Promise<void> {
  const { json, ...filters } = options;
  const answer = await openApiClient().get<Listed<Record<string, string | number> & { countries: string[] }>>(
    '/v1/names/search',
    { q: text, ...filters },
  );
  if (json) return printJson(answer);
  const rows = answer.data.map(({ name, match_type, female_count, male_count, last_year, countries }) => ({
    name,
    match: match_type,
    female: female_count,
    male: male_count,
    until: String(last_year),
    countries: countries.join(' '),
  }));
  printTable(rows, `No name is like "${text}".`);
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(2)} %`;
}

function printSources({ meta: { sources = [] } }: Sourced): void {
  const texts = sources.map(({ office, edition }) =>
    [office, edition].filter((part) => part !== null).join(', '),
  );
  if (texts.length > 0) print(`\nSource: ${[...new Set(texts)].join('; ')}`);
}
