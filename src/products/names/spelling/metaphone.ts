/**
 * From letters to codes, one rule after the other; what is coded is upper case and no longer touched. `0` is "th", `X` is
 * "sh". Letters that are left are silent, or vowels.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/([^cg])\1+/gu, '$1'],
  [/^(?:a(?=e)|[gkp](?=n)|w(?=r))/u, ''],
  [/^x/u, 'S'],
  [/^wh/u, 'W'],
  [/mb$/u, 'M'],
  [/sch/gu, 'SK'],
  [/cia/gu, 'Xa'],
  [/ch(?=[rl]|ae)/gu, 'K'],
  [/t?ch/gu, 'X'],
  [/s?c(?=[eiy])/gu, 'S'],
  [/c+k?/gu, 'K'],
  [/dg(?=[eiy])/gu, 'J'],
  [/gh(?![aeiou])/gu, ''],
  [/g(?=n(?:ed)?$)/gu, ''],
  [/gg/gu, 'K'],
  [/g(?=[eiy])/gu, 'J'],
  [/gh?/gu, 'K'],
  [/ph/gu, 'F'],
  [/sh|s(?=i[ao])/gu, 'X'],
  [/th(?=m)|^th(?=om|er[ei]s)/gu, 'T'],
  [/th/gu, '0'],
  [/t(?=i[ao])/gu, 'X'],
  [/h(?=[aeiouy])/gu, 'H'],
  [/w(?=[aeiou])/gu, 'W'],
  [/y(?=[aeiou])/gu, 'Y'],
  [/x/gu, 'KS'],
  [/[dt]/gu, 'T'],
  [/[kq]/gu, 'K'],
  [/[fv]/gu, 'F'],
  [/[sz]/gu, 'S'],
];

/**
 * How an English name sounds, in the manner of Metaphone (Philips 1990): its consonants, and the vowel that it begins
 * with; empty for what has no letters a to z.
 */
export function metaphone(fold: string): string {
  let code = fold.replaceAll(/[^a-z]/gu, '');
  for (const [letters, coded] of RULES) code = code.replace(letters, coded);
  return (
    code.slice(0, 1).toUpperCase() +
    code
      .slice(1)
      .replaceAll(/[aeiouhwy]/gu, '')
      .toUpperCase()
  );
}
