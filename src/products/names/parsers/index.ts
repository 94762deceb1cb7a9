import { atOgd } from './at-ogd.ts';
import { atStatistik } from './at-statistik.ts';
import { atWien } from './at-wien.ts';
import { atWienBearers } from './at-wien-bearers.ts';
import { frInsee } from './fr-insee.ts';
import { gbNisra } from './gb-nisra.ts';
import { gbOns } from './gb-ons.ts';
import { ilCbs } from './il-cbs.ts';
import type { NameParser } from './name-parser.ts';
import { ptIrn } from './pt-irn.ts';
import { usSsa } from './us-ssa.ts';
import { usSsaState } from './us-ssa-state.ts';
import { uyDnic } from './uy-dnic.ts';

/** All parsers, in the order in which they are listed. A new country is one file and one line here. */
export const NAME_PARSERS: readonly NameParser[] = [
  atOgd,
  atStatistik,
  atWien,
  atWienBearers,
  ilCbs,
  ptIrn,
  usSsa,
  usSsaState,
  gbOns,
  frInsee,
  gbNisra,
  uyDnic,
];

export function findParser(id: string): NameParser | undefined {
  return NAME_PARSERS.find((parser) => parser.id === id);
}
