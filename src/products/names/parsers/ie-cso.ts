import { findHeader, type FoundHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { countReader } from '../tables/read-count.ts';
import { genderIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { CSO, GENDER_OF_TABLE, NOT_LISTED, rankStatistic, STATISTIC } from './ie-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Central Statistics Office of Ireland, tables VSA50 (boys) and VSA60 (girls) of names with 3 or more occurrences since
 * 1964, and the former VSA10 and VSA11 of the most frequent ones since 1998: as CSV of PxStat, JSON-stat or PC-Axis,
 * all a row for each statistic, year and name. Counts are read; ranks are rows of their own and are left out, as
 * `rank_statistic`. What is empty, `..` or 0 is not listed.
 */
export const ieCso: NameParser = {
  id: 'ie_cso',
  name: 'Central Statistics Office, Ireland',
  version: '1.0.0',
  description:
    'Names registered in Ireland by year: CSV, JSON-stat or PC-Axis of VSA50, VSA60, VSA10, VSA11.',
  sampleFormat:
    'STATISTIC,Statistic Label,TLIST(A1),Year,C02512V04117,Names,UNIT,VALUE\nVSA50C01,Boys Names in Ireland with 3 or More Occurrences,2020,2020,0001,Jack,Number,597',
  ...CSO,
  layout: 'header with STATISTIC, Statistic Label, Year, Names, VALUE; statistics of a table VSA…',
  recognize,
};

type Column = 'statistic' | 'label' | 'year' | 'name' | 'count';

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    statistic: /^statistic$/,
    label: /^statistic label$/,
    year: /^year$/,
    name: /^(?:(?:boys|girls) )?names?$/,
    count: /^value$/,
  });
  const first = header && table.rows[header.row + 1];
  if (!first) return undefined;
  const { label: labelAt, statistic, ...columns } = header.columns;
  const code = STATISTIC.exec(first[statistic] ?? '')?.[1];
  if (code === undefined) return undefined;
  const listsAll = /3 or more/i.test(first[labelAt] ?? '');
  return longTable({
    header,
    columns,
    facts: { gender: GENDER_OF_TABLE[code] ?? genderTold(header, first) },
    readCount: countReader(NOT_LISTED),
    skips: (cells) => rankStatistic(cells[labelAt] ?? ''),
    // Names that were among the first hundred of any year: a name that was not is bounded by none of them, since some
    // years lack names of their own first hundred (2008 has ninety).
    ...(!listsAll && { threshold: null }),
  });
}

/** By "Boys Names" over the column or in the label of the statistic. */
function genderTold({ cells, columns }: FoundHeader<Column>, first: readonly string[]): 'F' | 'M' | null {
  return genderIn(`${cells[columns.name]} ${first[columns.label]}`);
}
