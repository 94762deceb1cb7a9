/** States whose registries are read; ISO 3166-2:AU. */
export const AU_AREAS: Readonly<Record<string, string>> = {
  'AU-NSW': 'New South Wales',
  'AU-QLD': 'Queensland',
  'AU-SA': 'South Australia',
  'AU-TAS': 'Tasmania',
  'AU-VIC': 'Victoria',
};

/** Which of the two versions holds is said on the page of each file; what both ask for is the same. */
export const CC_BY_AU = {
  licence: 'Creative Commons Attribution (CC BY 3.0 AU or 4.0)',
  licenceUrl: null,
} as const;
