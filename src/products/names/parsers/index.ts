import { atOgd } from './at-ogd.ts';
import { atStatistik } from './at-statistik.ts';
import { atWien } from './at-wien.ts';
import { atWienBearers } from './at-wien-bearers.ts';
import { auNsw } from './au-nsw.ts';
import { auQld } from './au-qld.ts';
import { auSa } from './au-sa.ts';
import { auTas } from './au-tas.ts';
import { auVic } from './au-vic.ts';
import { beStatbel } from './be-statbel.ts';
import { caBc } from './ca-bc.ts';
import { caOn } from './ca-on.ts';
import { caStatcan } from './ca-statcan.ts';
import { deBerlin } from './de-berlin.ts';
import { deKoeln } from './de-koeln.ts';
import { esIne } from './es-ine.ts';
import { fiDvv } from './fi-dvv.ts';
import { frInsee } from './fr-insee.ts';
import { frInseeDpt } from './fr-insee-dpt.ts';
import { frParis } from './fr-paris.ts';
import { gbNisra } from './gb-nisra.ts';
import { gbNrs } from './gb-nrs.ts';
import { gbNrsPivot } from './gb-nrs-pivot.ts';
import { gbOns } from './gb-ons.ts';
import { gbOnsHistoric } from './gb-ons-historic.ts';
import { gbOnsWide } from './gb-ons-wide.ts';
import { gePsda } from './ge-psda.ts';
import { ieCso } from './ie-cso.ts';
import { ieCsoOld } from './ie-cso-old.ts';
import { ilCbs } from './il-cbs.ts';
import { itIstat } from './it-istat.ts';
import type { NameParser } from './name-parser.ts';
import { nzDia } from './nz-dia.ts';
import { nzDiaFull } from './nz-dia-full.ts';
import { plMc } from './pl-mc.ts';
import { ptIrn } from './pt-irn.ts';
import { seScb } from './se-scb.ts';
import { usNyc } from './us-nyc.ts';
import { usSsa } from './us-ssa.ts';
import { usSsaState } from './us-ssa-state.ts';
import { uyDnic } from './uy-dnic.ts';

/** All parsers, in the order in which they are listed. A new country is one file and one line here. */
export const NAME_PARSERS: readonly NameParser[] = [
  atOgd,
  atStatistik,
  atWien,
  atWienBearers,
  auNsw,
  auQld,
  auSa,
  auTas,
  auVic,
  beStatbel,
  caBc,
  caOn,
  caStatcan,
  deBerlin,
  deKoeln,
  esIne,
  fiDvv,
  frInsee,
  frInseeDpt,
  frParis,
  gbNisra,
  gbNrs,
  gbNrsPivot,
  gbOns,
  gbOnsHistoric,
  gbOnsWide,
  gePsda,
  ieCso,
  ieCsoOld,
  ilCbs,
  itIstat,
  nzDia,
  nzDiaFull,
  plMc,
  ptIrn,
  seScb,
  usNyc,
  usSsa,
  usSsaState,
  uyDnic,
];

export function findParser(id: string): NameParser | undefined {
  return NAME_PARSERS.find((parser) => parser.id === id);
}
