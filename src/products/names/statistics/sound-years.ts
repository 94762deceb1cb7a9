/**
 * From which year on the figures of a country are those of nearly all births. American numbers of earlier years are of
 * people who lived to apply for a social security card, French ones of people alive in 1946.
 */
const SOUND_FROM: Readonly<Record<string, number>> = { US: 1937, FR: 1946 };

/** Undefined where all years are alike. */
export function soundFrom(country: string): number | undefined {
  return SOUND_FROM[country];
}
