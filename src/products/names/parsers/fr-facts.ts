import type { Gender } from '../normalize-gender.ts';
import { checkYear } from '../normalize-number.ts';
import type { NameParser } from './name-parser.ts';

/** What holds for all files of first names of the national office. */
export const INSEE = {
  country: 'FR',
  office: 'Institut national de la statistique et des études économiques (Insee)',
  licence: 'Licence Ouverte / Open Licence 2.0',
  licenceUrl: 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/',
  attribution: 'Source : Insee, Fichier des prénoms',
  measure: 'births',
  threshold: 3,
  repeats: 'reject',
  keeps: 'rank',
  methodBreaks: [{ year: 1946, what: 'Figures of the years before 1946 are less complete.' }],
} as const satisfies Partial<NameParser>;

/** Stands for all names that are too rare to be told, in place of a name. */
export const RARE_NAMES = '_PRENOMS_RARES';

const GENDERS: Readonly<Record<string, Gender>> = { '1': 'M', '2': 'F' };

/** 1 is male, 2 female. */
export function inseeGender(cell: string): Gender | undefined {
  return GENDERS[cell];
}

/** Years with too few births of a name are `XXXX`. */
export function inseeYear(cell: string): number | null | undefined {
  return cell === 'XXXX' ? null : checkYear(cell);
}

/** Départements in the office's order, from 01 on; Corsica is one. Written by number where that leaps. */
const DEPARTEMENTS =
  'Ain|Aisne|Allier|Alpes-de-Haute-Provence|Hautes-Alpes|Alpes-Maritimes|Ardèche|Ardennes|Ariège|Aube|Aude|Aveyron|' +
  'Bouches-du-Rhône|Calvados|Cantal|Charente|Charente-Maritime|Cher|Corrèze|Corse|Côte-d’Or|Côtes-d’Armor|Creuse|' +
  'Dordogne|Doubs|Drôme|Eure|Eure-et-Loir|Finistère|Gard|Haute-Garonne|Gers|Gironde|Hérault|Ille-et-Vilaine|Indre|' +
  'Indre-et-Loire|Isère|Jura|Landes|Loir-et-Cher|Loire|Haute-Loire|Loire-Atlantique|Loiret|Lot|Lot-et-Garonne|Lozère|' +
  'Maine-et-Loire|Manche|Marne|Haute-Marne|Mayenne|Meurthe-et-Moselle|Meuse|Morbihan|Moselle|Nièvre|Nord|Oise|Orne|' +
  'Pas-de-Calais|Puy-de-Dôme|Pyrénées-Atlantiques|Hautes-Pyrénées|Pyrénées-Orientales|Bas-Rhin|Haut-Rhin|Rhône|' +
  'Haute-Saône|Saône-et-Loire|Sarthe|Savoie|Haute-Savoie|Paris|Seine-Maritime|Seine-et-Marne|Yvelines|Deux-Sèvres|' +
  'Somme|Tarn|Tarn-et-Garonne|Var|Vaucluse|Vendée|Vienne|Haute-Vienne|Vosges|Yonne|Territoire de Belfort|Essonne|' +
  'Hauts-de-Seine|Seine-Saint-Denis|Val-de-Marne|Val-d’Oise';

const OVERSEAS: Readonly<Record<string, string>> = {
  'FR-971': 'Guadeloupe',
  'FR-972': 'Martinique',
  'FR-973': 'Guyane',
  'FR-974': 'La Réunion',
  'FR-976': 'Mayotte',
};

/** Codes that ISO 3166-2 writes otherwise than the office: Corsica as a whole, and Paris. */
const ISO_CODES: Readonly<Record<string, string>> = { '20': '20R', '75': '75C' };

/** Départements by ISO 3166-2:FR. */
export const FR_AREAS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    DEPARTEMENTS.split('|').map((name, at) => [areaCode(String(at + 1).padStart(2, '0')), name]),
  ),
  ...OVERSEAS,
};

/** The area of a number of the office (`01`, `1`, `20`, `974`); undefined where there is none. */
export function departement(cell: string): string | undefined {
  const code = areaCode(cell.padStart(2, '0'));
  return Object.hasOwn(FR_AREAS, code) ? code : undefined;
}

function areaCode(number: string): string {
  return `FR-${ISO_CODES[number] ?? number}`;
}
