import { headerWord, titleText } from '../tables/find-header.ts';
import { columnTable } from '../tables/column-table.ts';
import { countReader } from '../tables/read-count.ts';
import { genderIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { GB_AREAS, OGL_3 } from './gb-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const NAME_OF_YEAR = /^((?:19|20)\d\d) name$/;

/**
 * Northern Ireland Statistics and Research Agency, full list of first forenames since 1997: `Table 1` boys, `Table 2`
 * girls, a block of name, number and rank for each year side by side. `..` stands for one or two births: the name is
 * listed, without count and rank. The matrix of `Table 3` and `Table 4` says the same and is not read.
 */
export const gbNisra: NameParser = {
  id: 'gb_nisra',
  country: 'GB',
  name: 'Northern Ireland Statistics and Research Agency',
  version: '1.0.0',
  description:
    'First forenames registered in Northern Ireland since 1997, every name, one workbook of all years.',
  sampleFormat:
    '"Table 1: Full list of first forenames given to baby boys"\n1997 Name,Number of Babies,Rank,1998 Name,Number of Babies,Rank\nMatthew,410,1,Matthew,429,1\nAaron,..,..,Ryan,346,2',
  office: 'Northern Ireland Statistics and Research Agency',
  ...OGL_3,
  attribution:
    'Source: NISRA. Contains public sector information licensed under the Open Government Licence v3.0',
  measure: 'registrations',
  threshold: 3,
  layout: 'blocks side by side of "<year> Name", Number of Babies, Rank; the sex in the title',
  repeats: 'reject',
  keeps: 'rank',
  areas: GB_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const row = table.rows.findIndex((cells) => cells.some((cell) => NAME_OF_YEAR.test(headerWord(cell))));
  const cells = table.rows[row];
  if (!cells) return undefined;
  const groups = cells.flatMap((cell, name) => {
    const year = NAME_OF_YEAR.exec(headerWord(cell))?.[1];
    const [number = '', rank = ''] = cells.slice(name + 1).map(headerWord);
    const isBlock = number.startsWith('number') && rank.startsWith('rank');
    return year && isBlock ? [{ name, count: name + 1, rank: name + 2, year: Number(year) }] : [];
  });
  if (groups.length === 0) return undefined;
  return columnTable({
    header: { row, cells },
    groups,
    facts: { gender: genderIn(titleText(table, row)), area: 'GB-NIR' },
    readCount: countReader({ '..': 'hidden', '-': 'none' }),
  });
}
