/** Parts of the United Kingdom that have offices of their own; ISO 3166-2:GB. */
export const GB_AREAS: Readonly<Record<string, string>> = {
  'GB-EAW': 'England and Wales',
  'GB-SCT': 'Scotland',
  'GB-NIR': 'Northern Ireland',
};

export const OGL_3 = {
  licence: 'Open Government Licence v3.0',
  licenceUrl: 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/',
} as const;
