/**
 * A copy that keeps alive nothing else. V8 cuts a piece of 13 characters or more as a view of the whole text, so a
 * long name kept in a dictionary would keep the chunk of the file it was read from.
 */
export function ownString(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
