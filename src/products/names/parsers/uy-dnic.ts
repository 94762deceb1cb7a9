import { checkCount, checkYear } from '../normalize-number.ts';
import { fixedRows } from '../tables/fixed-rows.ts';
import { longTable } from '../tables/long-table.ts';
import type { NameParser } from './name-parser.ts';

const COLUMNS = ['year', 'sex', 'name', 'count'];
const NAME = 2;

/**
 * Dirección Nacional de Identificación Civil, births in Uruguay by first name since 1940. No header. Slips of the pen
 * are kept as they are (`RAMO9N`); blanks around a name make it a row of its own, which is added to the other one. A row
 * without a name is of children who had none.
 */
export const uyDnic: NameParser = {
  id: 'uy_dnic',
  country: 'UY',
  name: 'Dirección Nacional de Identificación Civil',
  version: '1.0.0',
  description: 'Births in Uruguay by first name and sex, 1940 to 2012 (nombre_nacim_x_anio_sexo.csv).',
  sampleFormat: '1940,"F","ABELARDA",1\n2012,"F","JULIETA",358',
  office: 'Dirección Nacional de Identificación Civil',
  licence: 'Licencia de Datos Abiertos – Uruguay',
  licenceUrl: null,
  attribution: 'Fuente: Dirección Nacional de Identificación Civil, Uruguay',
  measure: 'births',
  threshold: null,
  layout: 'no header; year,sex (F or M),name,count',
  repeats: 'sum',
  keeps: 'variant',
  areas: {},
  recognize: fixedRows({
    columns: COLUMNS,
    needs: [],
    factsOf: () => ({ year: null, gender: null, area: null }),
    fits: ([year = '', sex = '', name = '', count = '', ...more]) =>
      checkYear(year) !== undefined &&
      /^[FM]$/.test(sex) &&
      checkCount(name) === undefined &&
      checkCount(count) !== undefined &&
      more.length === 0,
    parseRow: longTable({
      header: { row: -1, cells: COLUMNS },
      columns: { year: 0, gender: 1, name: NAME, count: 3 },
      keepsNameless: true,
      variantOf: (cells) => blanksAround(cells[NAME] ?? ''),
    }).parseRow,
  }).recognize,
};

/** One number for the blanks before and after a name: what tells `ANA ` from `ANA`. */
function blanksAround(cell: string): number {
  const before = cell.length - cell.trimStart().length;
  const after = cell.length - cell.trimEnd().length;
  return before * 1000 + after;
}
