/**
 * From which year on the figures of a country are those of nearly all births. Many people born in the United States
 * before that year never applied for a social security card; the French figures of before are incomplete.
 */
const SOUND_FROM: Readonly<Record<string, number>> = { US: 1937, FR: 1946 };

/** Undefined where all years are alike. */
export function soundFrom(country: string): number | undefined {
  return SOUND_FROM[country];
}
