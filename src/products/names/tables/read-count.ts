import { checkCount } from '../normalize-number.ts';

/** A count; or why there is none: `hidden` (the name is listed), `none` (no such births, or nothing said). */
export type ReadCount = number | 'hidden' | 'none';

/** Reads a cell with a count; undefined where it is neither a count nor a marker of the office. */
export type CountReader = (cell: string) => ReadCount | undefined;

/**
 * A reader for the markers of one office, whose meaning differs between offices: `{ '..': 'hidden', '-': 'none' }`.
 * `groups` is what stands between thousands.
 */
export function countReader(
  markers: Readonly<Record<string, 'hidden' | 'none'>> = {},
  groups?: ',' | '.' | ' ',
): CountReader {
  return (cell) => {
    const count = checkCount(cell);
    if (count !== undefined) return count;
    const text = cell.trim();
    const marker = markers[text];
    if (marker !== undefined) return marker;
    if (groups !== undefined && isGrouped(text, groups))
      return checkCount(text.replaceAll(/[,.\s\u00A0]/g, ''));
    return undefined;
  };
}

function isGrouped(text: string, groups: ',' | '.' | ' '): boolean {
  const border = groups === ' ' ? '[ \\u00A0\\u202F]' : `\\${groups}`;
  return new RegExp(`^[0-9]{1,3}(?:${border}[0-9]{3})+$`).test(text);
}
