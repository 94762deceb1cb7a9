import type { NameParser } from './name-parser.ts';

/** Statistik Austria codes 1 for boys and 2 for girls; so does the city of Vienna. */
export const AT_GENDERS: Readonly<Record<string, 'F' | 'M'>> = { '1': 'M', '2': 'F' };

export const VIENNA = 'AT-9';

/** The one region of Austria that a city office reports on. */
export const AT_AREAS: NameParser['areas'] = { [VIENNA]: 'Wien' };

export const CC_BY_4: Pick<NameParser, 'licence' | 'licenceUrl'> = {
  licence: 'CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
};
