import type { NameParser } from './name-parser.ts';

/** Statistik Austria codes 1 for boys and 2 for girls; so does the city of Vienna. */
export const AT_GENDERS: Readonly<Record<string, 'F' | 'M'>> = { '1': 'M', '2': 'F' };

export const VIENNA = 'AT-9';

/** All states, so that a sum says which of them it lacks; Vienna alone has an office that reports on it. */
export const AT_AREAS: NameParser['areas'] = {
  'AT-1': 'Burgenland',
  'AT-2': 'Kärnten',
  'AT-3': 'Niederösterreich',
  'AT-4': 'Oberösterreich',
  'AT-5': 'Salzburg',
  'AT-6': 'Steiermark',
  'AT-7': 'Tirol',
  'AT-8': 'Vorarlberg',
  [VIENNA]: 'Wien',
};

export const CC_BY_4: Pick<NameParser, 'licence' | 'licenceUrl'> = {
  licence: 'CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
};
