import { colognePhonetics } from './cologne-phonetics.ts';
import { metaphone } from './metaphone.ts';

type Encoder = (fold: string) => string;

/** How the languages of these countries sound; others have no rules yet. Sound suggests, it never makes names one. */
const ENCODERS: Readonly<Record<string, { readonly rules: string; readonly encode: Encoder }>> = {
  ...forCountries(['DE', 'AT', 'CH'], 'cologne', colognePhonetics),
  ...forCountries(['US', 'GB', 'CA', 'AU', 'NZ', 'IE'], 'metaphone', metaphone),
};

/** The rules for names of a country (ISO code); undefined where there are none. */
export function soundRules(
  country: string,
): { readonly rules: string; readonly encode: Encoder } | undefined {
  return ENCODERS[country];
}

function forCountries(codes: readonly string[], rules: string, encode: Encoder) {
  return Object.fromEntries(codes.map((code) => [code, { rules, encode }]));
}
