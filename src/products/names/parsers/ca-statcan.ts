import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { countReader } from '../tables/read-count.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Statistics Canada, table 17-10-0147: first names at birth since 1991. Three rows a name, year and sex, of which
 * `Frequency` is read (`Rank` and `Proportion (%)` follow from it). Counts below 5 and single letters are left out,
 * names are in upper case without accents.
 */
export const caStatcan: NameParser = {
  id: 'ca_statcan',
  country: 'CA',
  name: 'Statistics Canada',
  version: '1.0.0',
  description:
    'First names at birth in Canada by sex since 1991: the full table 17-10-0147 as CSV, or its zip.',
  sampleFormat:
    'REF_DATE,GEO,DGUID,Sex at birth,First name at birth,Indicator,UOM,UOM_ID,SCALAR_FACTOR,SCALAR_ID,VECTOR,COORDINATE,VALUE,STATUS,SYMBOL,TERMINATED,DECIMALS\n2022,Canada,2016A000011124,Male,NOAH,Frequency,Number,223,units,0,v1,1.1.1.1,1523,,,,0',
  office: 'Statistics Canada',
  licence: 'Statistics Canada Open Licence',
  licenceUrl: 'https://www.statcan.gc.ca/en/reference/licence',
  attribution:
    'Adapted from Statistics Canada, Table 17-10-0147-01. This does not constitute an endorsement by Statistics Canada of this product.',
  measure: 'births',
  threshold: 5,
  layout: 'header REF_DATE, GEO, …, Sex at birth, First name at birth, Indicator, …, VALUE',
  repeats: 'reject',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    year: /^ref_date$/,
    area: /^geo$/,
    gender: /^sex at birth$/,
    name: /^first name at birth$/,
    indicator: /^indicator$/,
    count: /^value$/,
  });
  if (!header) return undefined;
  const { indicator, ...columns } = header.columns;
  return longTable({
    header,
    columns,
    readArea: (cell) => (cell === 'Canada' ? null : undefined),
    // The value of a name that was given fewer than five times that year.
    readCount: countReader({ '': 'none', '0': 'none' }),
    skips(cells) {
      const found = cells[indicator]?.trim();
      return found === 'Rank' || found?.startsWith('Proportion') ? 'other_indicator' : undefined;
    },
  });
}
