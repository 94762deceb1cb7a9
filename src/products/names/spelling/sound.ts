import { doubleMetaphone } from 'double-metaphone';
import { colognePhonetics } from './cologne-phonetics.ts';

/** Codes of how a folded name sounds; none for a name without letters that the rules know. */
type Encoder = (fold: string) => readonly string[];

/** How the languages of these countries sound; others have no rules yet. Sound suggests, it never makes names one. */
const ENCODERS: Readonly<Record<string, { readonly rules: string; readonly encode: Encoder }>> = {
  ...forCountries(['DE', 'AT', 'CH'], 'cologne', german),
  ...forCountries(['US', 'GB', 'CA', 'AU', 'NZ', 'IE'], 'double-metaphone', english),
};

/** The rules for names of a country (ISO code); undefined where there are none. */
export function soundRules(
  country: string,
): { readonly rules: string; readonly encode: Encoder } | undefined {
  return ENCODERS[country];
}

function german(fold: string): string[] {
  const code = colognePhonetics(fold);
  return code === '' ? [] : [code];
}

/** Double Metaphone (Philips 2000): how English speakers would say it and, where it differs, how its own language would. */
function english(fold: string): string[] {
  const codes = new Set(doubleMetaphone(fold.replaceAll(/[^a-z]/gu, '')));
  codes.delete('');
  return [...codes];
}

function forCountries(codes: readonly string[], rules: string, encode: Encoder) {
  return Object.fromEntries(codes.map((code) => [code, { rules, encode }]));
}
