import type { TruthLine } from '#test/support/office-files.ts';

/**
 * What the README of the files says about large ones that truths.csv leaves out, in the form of its lines; the numbers
 * of rows of the pivot tables are those of their cells. Smaller files have their figures in the tests of their parsers.
 */
export const FIGURES: Readonly<Record<string, readonly TruthLine[]>> = {
  'at/statistik-austria/liste_aller_jemals_vergebenen_ersten_vornamen_1984-2020.xlsx': [
    figure('XXXX', 'M', 29_609, 1_468_229),
    figure('XXXX', 'F', 32_698, 1_392_686),
    figure('2020', 'M', 4741, 42_935, 'Jakob 794', 'Maximilian 785', 'David 780'),
    figure('2020', 'F', 4958, 40_703, 'Marie 734', 'Anna 726'),
  ],
  'gb/nrs/Boy names pivoted.xlsx': [
    figure('1974-2020', 'M', 100_080, 1_448_671),
    figure('1974', 'M', 1167, 35_773, 'David 1794', 'John 1528', 'Paul 1260'),
    figure('2020', 'M', 3375, 23_968),
  ],
  'gb/nrs/Girl names pivoted.xlsx': [
    figure('1974-2020', 'F', 148_340, 1_375_205),
    figure('2020', 'F', 4347, 22_837),
  ],
};

function figure(year: string, sex: string, rows: number, sum: number, ...top: string[]): TruthLine {
  return { inner: '', area: '', year, sex, rows, sum, top };
}
