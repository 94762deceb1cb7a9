import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { type Forecast, forecast, yearsNeeded } from './forecast.ts';
import type { NameCounts } from './name-counts.ts';
import { type Denominator, denominatorOf } from './ranking.ts';
import { cutAt, latestStretch } from './stretches.ts';

/** With more years than this without a count, a curve is mostly assumed. */
const MOST_HIDDEN = 0.2;

export const REASONS = [
  'not_listed',
  'too_few_years',
  'last_year_not_shown',
  'too_many_hidden',
  'not_better',
] as const;

/** A forecast, or why there is none. */
export interface NameForecast {
  /** The years that it is made of: the latest in a row, none missing, made in one way. */
  readonly slices: readonly CatalogSlice[];
  readonly denominator: Denominator['kind'];
  readonly hiddenYears: number;
  readonly forecast: Forecast | undefined;
  /** Undefined: the forecast may be shown. */
  readonly reason: (typeof REASONS)[number] | undefined;
}

export function forecastOfName({ scope, slices, counts }: NameCounts, horizon: number): NameForecast {
  const stretch = latestStretch(scope.country, slices);
  const run = cutAt(stretch, (slice, before) => slice.toYear !== before.toYear + 1).at(-1) ?? [];
  const countOf = new Map(slices.map((slice, at) => [slice, counts[at]]));
  const shown = run.map((slice) => countOf.get(slice) ?? null);
  const { kind } = denominatorOf(run);
  const hiddenYears = shown.filter((count) => count === null).length;
  const known = { slices: run, denominator: kind, hiddenYears };
  const withheld = (reason: NameForecast['reason'], made?: Forecast): NameForecast => ({
    ...known,
    forecast: made,
    reason,
  });

  if (hiddenYears === run.length) return withheld('not_listed');
  if (run.length < yearsNeeded(horizon)) return withheld('too_few_years');
  if (shown.at(-1) === null) return withheld('last_year_not_shown');
  if (hiddenYears > MOST_HIDDEN * run.length) return withheld('too_many_hidden');
  const made = forecast(
    run.map((slice, at) => shareOf(slice, shown[at] ?? null, kind)),
    horizon,
  );
  return withheld(made && made.mase !== null && made.mase < 1 ? undefined : 'not_better', made);
}

/** A year without a count has half of what its threshold may hide; no share is 0 or 1, whose logit is infinite. */
function shareOf(
  { births, sum, threshold }: CatalogSlice,
  count: number | null,
  kind: Denominator['kind'],
): number {
  const total = kind === 'births' ? (births as number) : sum;
  const assumed = count ?? ((threshold ?? 1) - 1) / 2;
  return Math.min(Math.max(assumed, 0.5), Math.max(total - 0.5, 0.5)) / Math.max(total, 1);
}
