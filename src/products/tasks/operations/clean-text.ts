/** What is done to the text of a cell, in this order. */
export interface TextRules {
  readonly remove_controls?: boolean;
  readonly unicode?: 'NFC' | 'NFD' | 'NFKC' | 'NFKD';
  readonly collapse_blanks?: boolean;
  readonly trim?: boolean;
  readonly case?: 'lower' | 'upper' | 'title';
  readonly nulls?: readonly string[];
}

/** Control characters but tab and line breaks; marks of direction, zero-width blanks, byte-order marks. */
const CONTROLS = /(?![\t\n\r])[\p{Cc}\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;
const BLANKS = /\s+/g;
const WORD_START = /(?<![\p{L}\p{M}\p{N}'’])\p{L}/gu;

/** The text as the rules have it; the same one where they change nothing. */
export function textCleaner(rules: TextRules): (text: string) => string {
  const steps: ((text: string) => string)[] = [];
  const { unicode, case: letters } = rules;
  if (rules.remove_controls) steps.push((text) => text.replaceAll(CONTROLS, ''));
  if (unicode !== undefined) steps.push((text) => text.normalize(unicode));
  if (rules.collapse_blanks) steps.push((text) => text.replaceAll(BLANKS, ' '));
  if (rules.trim) steps.push((text) => text.trim());
  if (letters === 'lower') steps.push((text) => text.toLowerCase());
  if (letters === 'upper') steps.push((text) => text.toUpperCase());
  if (letters === 'title') steps.push(titled);
  const nulls = new Set(rules.nulls);
  if (nulls.size > 0) steps.push((text) => (nulls.has(text) ? '' : text));
  return (text) => steps.reduce((found, step) => step(found), text);
}

function titled(text: string): string {
  return text.toLowerCase().replaceAll(WORD_START, (letter) => letter.toUpperCase());
}
