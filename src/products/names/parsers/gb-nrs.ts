import { checkGender, type Gender } from '../normalize-gender.ts';
import { findHeader, titleText } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { genderIn, yearIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { GB_AREAS, OGL_3 } from './gb-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const CODES: Readonly<Record<string, Gender>> = { B: 'M', G: 'F' };

/** Years in one table, with the words of each release. */
const LONG_HEADERS = [
  // Every name, 1974 on; `position` is the rank as text.
  { year: /^yr$/, gender: /^sex$/, name: /^firstforename$/, count: /^number$/, rank: /^rank$/ },
  // Of the releases to 2024 and 2025: names given once or twice are left out.
  { year: /^year$/, gender: /^sex$/, name: /^name$/, count: /^number$/, rank: /^rank$/ },
  // Top 100 of 2016 to 2020, an answer to an information request: the ages of parents follow.
  { year: /^year$/, gender: /^sex$/, name: /^firstname$/, count: /^frequency$/, rank: /^ranking$/ },
] as const;

/** The release that leaves out rare names. */
const WITHOUT_RARE = LONG_HEADERS[1];
/** The answer to the request: the first hundred, with all that tie on the last place. */
const FIRST_HUNDRED = LONG_HEADERS[2];

/**
 * National Records of Scotland: the full list of a year, one CSV a sex, with title, notes and ranks such as `4=`; and
 * all years in one table, in the words of three releases. Accents are dropped by the office.
 */
export const gbNrs: NameParser = {
  id: 'gb_nrs',
  country: 'GB',
  name: 'National Records of Scotland',
  version: '1.0.0',
  description:
    'First forenames registered in Scotland: full lists of one year by sex, or all years since 1974.',
  sampleFormat:
    '"Full list of first forenames given to boys, Scotland, 2020 (final) in rank order",,,\nRank1,Boys\' names,Number of babies,NB\n1,Jack,354,*\n4=,Leo,274,',
  office: 'National Records of Scotland',
  ...OGL_3,
  attribution:
    'Source: National Records of Scotland. © Crown copyright. Contains public sector information licensed under the Open Government Licence v3.0',
  measure: 'registrations',
  // ASCII but for the © of the last line.
  dialect: { separator: ',', quote: '"', encoding: 'windows-1252' },
  threshold: null,
  layout:
    "a title with year, sex and Scotland, then the header Rank, Boys' names, Number of babies; or yr,sex,FirstForename,number,rank; or Year,Sex,Name,Number,Rank with Boy and Girl",
  repeats: 'reject',
  keeps: 'rank',
  areas: GB_AREAS,
  recognize: (table) => fullList(table) ?? allYears(table),
};

function fullList(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    rank: /^rank\d?$/,
    name: /^(?:boys|girls)['’]? names$/,
    count: /^number of babies$/,
  });
  if (!header) return undefined;
  const title = titleText(table, header.row);
  if (!/\bScotland\b/i.test(title)) return undefined;
  return longTable({
    header,
    columns: header.columns,
    facts: {
      year: yearIn(title),
      gender: genderIn(header.cells[header.columns.name] ?? ''),
      area: 'GB-SCT',
    },
  });
}

function allYears(table: TableHead): TableLayout | undefined {
  for (const words of LONG_HEADERS) {
    const header = findHeader(table, words);
    if (!header || !saysBoyOrGirl(table, header.row, header.columns.gender)) continue;
    return longTable({
      header,
      columns: header.columns,
      facts: { area: 'GB-SCT' },
      readGender: (cell) => CODES[cell] ?? checkGender(cell),
      threshold: words === WITHOUT_RARE ? 3 : null,
      isTop: words === FIRST_HUNDRED,
    });
  }
  return undefined;
}

/** Other offices have columns of these names, too; none of them writes Boy and Girl. */
function saysBoyOrGirl(table: TableHead, header: number, at: number): boolean {
  const codes = table.rows.slice(header + 1).flatMap((cells) => cells[at] || []);
  return codes.filter((code) => /^(?:boy|girl|b|g)$/i.test(code)).length * 2 > codes.length;
}
