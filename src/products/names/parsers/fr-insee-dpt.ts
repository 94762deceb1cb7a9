import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import { departement, FR_AREAS, INSEE, inseeGender, inseeYear, RARE_NAMES } from './fr-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const UNKNOWN_PLACE = 'XX';

/**
 * The file of first names of the national office by département, since 1900: the columns of `fr_insee` and `dpt`.
 * Corsica is one département in all years (`20`). Births whose département is not told (`XX`) are read and counted, and
 * belong to no ranking, as those of years not told.
 */
export const frInseeDpt: NameParser = {
  id: 'fr_insee_dpt',
  name: 'INSEE, fichier des prénoms, par département',
  version: '1.0.0',
  description:
    'Births in France by département, sex, first name and year since 1900 (dpt2021.csv; prenoms-2025-dpt.csv).',
  sampleFormat:
    'sexe;preusuel;annais;dpt;nombre\n2;MARIE;1900;29;2044\n1;LÉO;2021;20;12\n1;JEAN;1900;75;1012',
  ...INSEE,
  layout:
    'header sexe;preusuel;annais;dpt;nombre, or sexe;prenom;periode;dpt;valeur from the 2024 edition on',
  areas: FR_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const common = { gender: /^sexe$/, area: /^dpt$/ };
  const old = findHeader(table, { ...common, name: /^preusuel$/, year: /^annais$/, count: /^nombre$/ });
  const rounded = findHeader(table, { ...common, name: /^prenom$/, year: /^periode$/, count: /^valeur$/ });
  const header = old ?? rounded;
  if (!header) return undefined;
  const rank = header.cells.findIndex((cell) => /^rang$/i.test(cell));
  const { name: nameAt, area: areaAt } = header.columns;
  return longTable({
    header,
    columns: rank < 0 ? header.columns : { ...header.columns, rank },
    readGender: inseeGender,
    readYear: inseeYear,
    readArea: (cell) => (cell === UNKNOWN_PLACE ? null : departement(cell)),
    statusOf: (cells) => {
      if (cells[areaAt] === UNKNOWN_PLACE) return 'aside';
      return cells[nameAt] === RARE_NAMES ? 'aggregate' : undefined;
    },
    ...(rounded && { isRounded: true, threshold: 5 }),
  });
}
