import { columnTable } from '../tables/column-table.ts';
import { headerWord, titleText } from '../tables/find-header.ts';
import { countReader } from '../tables/read-count.ts';
import { genderIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { Gender } from '../normalize-gender.ts';
import { GB_AREAS, OGL_3 } from './gb-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const RANK_OF_YEAR = /^((?:19|20)\d\d) rank$/;

/** Where no title tells the sex: the sheets have other names, and the other order, since the edition of 2021. */
const GENDER_OF_SHEET: Readonly<Record<string, Gender>> = { '1': 'M', '2': 'F', table_1: 'F', table_2: 'M' };

/**
 * Office for National Statistics, all years since 1996 in one workbook (`babynames1996to….xlsx`): a sheet a sex, rank
 * and count of each year side by side. `[x]` stands for no births, one or two: the name is listed for that year, its
 * count hidden.
 */
export const gbOnsWide: NameParser = {
  id: 'gb_ons_wide',
  country: 'GB',
  name: 'Office for National Statistics, England and Wales, all years',
  version: '1.0.0',
  description: 'Baby names in England and Wales since 1996, one workbook of all years, a sheet a sex.',
  sampleFormat:
    '"Table 1: Baby names for girls, England and Wales, 1996 to 2024"\nName,2024 Rank,2024 Count,2023 Rank,2023 Count\nOlivia,1,2761,1,2906\nZyla,[x],[x],4510,3',
  office: 'Office for National Statistics',
  ...OGL_3,
  attribution: 'Source: Office for National Statistics licensed under the Open Government Licence v.3.0',
  measure: 'births',
  threshold: 3,
  layout: 'a header with Name, then "<year> Rank" and "<year> Count" for each year; "[x]" for fewer than 3',
  repeats: 'reject',
  keeps: 'rank',
  areas: GB_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const row = table.rows.findIndex(
    ([first = '', second = '']) => headerWord(first) === 'name' && RANK_OF_YEAR.test(headerWord(second)),
  );
  const cells = table.rows[row];
  if (!cells) return undefined;
  const words = cells.map(headerWord);
  const groups = words.flatMap((word, rank) => {
    const year = RANK_OF_YEAR.exec(word)?.[1];
    return year !== undefined && words[rank + 1] === `${year} count`
      ? [{ name: 0, count: rank + 1, rank, year: Number(year) }]
      : [];
  });
  if (groups.length === 0) return undefined;
  return columnTable({
    header: { row, cells },
    groups,
    facts: {
      gender: genderIn(titleText(table, row)) ?? GENDER_OF_SHEET[headerWord(table.sheet ?? '')] ?? null,
      area: 'GB-EAW',
    },
    readCount: countReader({ '[x]': 'hidden', ':': 'hidden' }),
    listsAllYears: true,
  });
}
