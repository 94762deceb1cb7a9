import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { genderIn, yearInFileName } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { Gender } from '../normalize-gender.ts';
import { AU_AREAS, CC_BY_AU } from './au-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/** `femalecy2016top.csv`: the words run together. */
const GENDER_OF_FILE = /(fe)?male_?cy(?:19|20)\d\d/i;

/**
 * The pair of 2017 holds the other sex than its names say: the file named female begins with OLIVER, 172 births, the
 * one named male with CHARLOTTE, 132. In 2016 and 2018 OLIVER leads the boys and CHARLOTTE the girls. The rule looks
 * at the first name, so that a corrected file of 2017 is read as it is named.
 */
const SWAPPED = { year: 2017, firstName: { F: 'OLIVER', M: 'CHARLOTTE' } } as const;

const GENDER_WORDS = { F: ['female', 'male'], M: ['male', 'female'] } as const;

/**
 * South Australia, births of each calendar year since 1944, every name down to 1: one file a sex and year, both said
 * by its name alone. From 2018 to 2023 only the first hundred. A name may stand twice in a file, as JOHN with 477 and
 * with 2 births in 1944: they are added up. `(NOT`, the rest of "not named", is counted and is no name.
 */
export const auSa: NameParser = {
  id: 'au_sa',
  country: 'AU',
  name: 'South Australia, baby names',
  version: '1.0.0',
  description:
    'Names given in South Australia since 1944, one file a sex and year (female_cy1948_top.csv) or the zip of all.',
  sampleFormat: 'Given Name,Amount,Position\n"MARGARET","341","1"\n"HELEN","209","2"',
  office: 'Government of South Australia',
  ...CC_BY_AU,
  attribution: 'Source: Government of South Australia, data.sa.gov.au',
  measure: 'births',
  threshold: null,
  layout:
    'header Given Name (or First Name), Amount (or Number), Position; sex and year in the file name (female_cy1948_top.csv)',
  repeats: 'sum',
  keeps: 'rank',
  areas: AU_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    name: /^(?:given|first) name$/,
    count: /^(?:amount|number)$/,
    rank: /^position$/,
  });
  if (!header || header.row > 0 || header.cells.length !== 3) return undefined;
  const { name } = header.columns;
  const year = yearInFileName(table.file);
  const stated = genderOf(table.file);
  const first = table.rows[1]?.[name];
  const isSwapped = year === SWAPPED.year && stated !== null && first === SWAPPED.firstName[stated];
  const layout = longTable({
    header,
    columns: header.columns,
    facts: { year, gender: isSwapped ? (stated === 'F' ? 'M' : 'F') : stated, area: 'AU-SA' },
    skips: (cells) => (cells[name] === 'TOTAL' ? 'total' : undefined),
    // `female_cy2018_top100.csv`; what is only called `top` has all names.
    isTop: /top[\s_-]?100(?!\d)/i.test(table.file),
    statusOf: (cells) => (cells[name] === '(NOT' ? 'aggregate' : undefined),
  });
  if (!isSwapped) return layout;
  const message = `The name of "${table.file}" says ${GENDER_WORDS[stated][0]}, its contents are ${GENDER_WORDS[stated][1]} (${first} comes first): it is read as such.`;
  return { ...layout, warning: { code: 'file_name_contradicted', message } };
}

function genderOf(path: string): Gender | null {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const found = GENDER_OF_FILE.exec(file);
  return found ? (found[1] ? 'F' : 'M') : genderIn(file);
}
