/** Department of Internal Affairs: births by the date of their registration, as its workbook notes. */
export const NZ_DIA = {
  office: 'Department of Internal Affairs',
  licence: 'CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
  attribution: 'Source: Department of Internal Affairs, New Zealand',
  measure: 'registrations',
  repeats: 'reject',
  areas: {},
} as const;
