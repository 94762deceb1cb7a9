const YEAR = /(?<![0-9])(?:1[89][0-9]{2}|20[0-9]{2}|2100)(?![0-9])/g;

/** The one year (1800 to 2100) in a file's name; null where there is none or more than one. */
export function yearInFileName(path: string): number | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const years = new Set(name.match(YEAR));
  const [year] = years;
  return years.size === 1 ? Number(year) : null;
}
