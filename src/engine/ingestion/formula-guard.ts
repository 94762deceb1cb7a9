/** What a spreadsheet takes for the start of a formula; their full-width forms too. */
const STARTS = new Set('=+-@\t\r\n\0＝＋－＠');
const GUARD = "'";

/** A text cell as it is written for spreadsheets: one that would run, also behind apostrophes, gets one more in front. */
export function guardFormula(text: string): string {
  return startsFormula(text, 0) ? GUARD + text : text;
}

/** The exact reverse: takes one apostrophe away where `guardFormula` could have put it. */
export function unguardFormula(text: string): string {
  return text.startsWith(GUARD) && startsFormula(text, 1) ? text.slice(1) : text;
}

function startsFormula(text: string, from: number): boolean {
  let at = from;
  while (text[at] === GUARD) at++;
  return STARTS.has(text[at] ?? '');
}
