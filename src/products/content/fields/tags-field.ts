import type { FieldReading } from '#engine/imports/resource.ts';
import { refused } from './refused.ts';
import { textReader } from './text-field.ts';

const MAX_TAGS = 50;
const MAX_LENGTH = 64;
const readTag = textReader({ min: 1, max: MAX_LENGTH });

/** Tags in one cell: `a|b`; a backslash takes its meaning from `|` and from a backslash. An empty cell has none. */
export function readTagsCell(cell: string): FieldReading {
  return readTags(splitTags(cell));
}

/** A tag that is repeated counts once, at its first place. */
export function readTags(tags: readonly string[]): FieldReading {
  const unique = [...new Set(tags)];
  if (unique.length > MAX_TAGS) {
    return refused('length', `There are ${unique.length} tags.`, { expected: `at most ${MAX_TAGS} tags` });
  }
  for (const tag of unique) {
    const reading = readTag(tag);
    if ('fault' in reading) {
      const expected = `tags of 1 to ${MAX_LENGTH} characters, | between`;
      return refused(reading.fault.code, `A tag: ${reading.fault.message}`, { expected });
    }
  }
  return { value: `{${unique.map(quoted).join(',')}}` };
}

export function splitTags(cell: string): string[] {
  if (cell === '') return [];
  if (!cell.includes('\\')) return cell.split('|');
  const tags: string[] = [];
  let tag = '';
  for (let at = 0; at < cell.length; at += 1) {
    const character = cell.charAt(at);
    if (character === '|') {
      tags.push(tag);
      tag = '';
    } else if (character === '\\' && at + 1 < cell.length) {
      at += 1;
      tag += cell.charAt(at);
    } else {
      tag += character;
    }
  }
  tags.push(tag);
  return tags;
}

/** An element of an array as PostgreSQL writes and reads it. */
function quoted(tag: string): string {
  return `"${tag.replaceAll(/["\\]/g, '\\$&')}"`;
}
