import { findHeader } from '../tables/find-header.ts';
import { hashOfCells } from '../tables/hash-cells.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';
import { US_STATES } from './us-states.ts';

/** Labels of 2012, cut off after fourteen letters. */
const WHOLE_LABELS: Readonly<Record<string, string>> = {
  'WHITE NON HISP': 'WHITE NON HISPANIC',
  'BLACK NON HISP': 'BLACK NON HISPANIC',
  'ASIAN AND PACI': 'ASIAN AND PACIFIC ISLANDER',
};

/**
 * New York City, Department of Health and Mental Hygiene: births by name and the mother's ethnicity, in ranks of their
 * own; the groups of a name are added up. The years 2011 to 2014 stand in the file several times: the same row again
 * counts once. Counts below 10 are left out for each ethnicity, so that sums are too low where one is missing.
 */
export const usNyc: NameParser = {
  id: 'us_nyc',
  country: 'US',
  name: 'New York City, popular baby names',
  version: '1.0.0',
  description:
    'Births in New York City by year, sex, first name and the mother’s ethnicity, over which sums are made.',
  sampleFormat:
    "Year of Birth,Gender,Ethnicity,Child's First Name,Count,Rank\n2011,FEMALE,HISPANIC,GERALDINE,13,75\n2011,FEMALE,HISPANIC,GIA,21,67",
  office: 'New York City Department of Health and Mental Hygiene',
  licence: 'NYC Open Data terms of use',
  licenceUrl: 'https://opendata.cityofnewyork.us/overview/#termsofuse',
  attribution:
    'New York City Department of Health and Mental Hygiene (DOHMH), Popular Baby Names, NYC Open Data',
  measure: 'births',
  threshold: 10,
  layout: "header Year of Birth, Gender, Ethnicity, Child's First Name, Count, Rank",
  repeats: 'sum',
  keeps: 'variant',
  areas: { 'US-NY': US_STATES['US-NY'] ?? '', 'US-NY-NYC': 'New York City' },
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    year: /^year of birth$/,
    gender: /^gender$/,
    ethnicity: /^ethnicity$/,
    name: /^child['’]?s first name$/,
    count: /^count$/,
    rankInGroup: /^rank$/,
  });
  if (!header) return undefined;
  const { ethnicity, rankInGroup, ...columns } = header.columns;
  return longTable({
    header,
    columns,
    facts: { area: 'US-NY-NYC' },
    variantOf(cells) {
      const label = (cells[ethnicity] ?? '').trim();
      return hashOfCells([WHOLE_LABELS[label] ?? label, (cells[rankInGroup] ?? '').trim()]);
    },
  });
}
