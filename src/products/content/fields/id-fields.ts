import type { FieldReading } from '#engine/imports/resource.ts';
import { refused } from './refused.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const WHOLE = /^-?\d+$/;
const ID = /^[1-9]\d{0,15}$/;
const COMMENT_ID = /^cm_[a-z0-9]+(?:-[a-z0-9]+)*_[1-9]\d{0,14}$/;

/** A UUID with its hyphens, in lower case. */
export function readUuid(value: string): FieldReading {
  if (value === '') return { value: null };
  if (UUID.test(value)) return { value: value.toLowerCase() };
  return refused('type_error', 'This is no UUID.', { expected: '123e4567-e89b-12d3-a456-426614174000' });
}

/** A whole number that JSON holds exactly, so that the sequence after the largest one never ends. */
export function readNumberId(value: string): FieldReading {
  if (value === '') return { value: null };
  if (ID.test(value) && Number.isSafeInteger(Number(value))) return { value };
  const expected = `a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`;
  if (!WHOLE.test(value)) return refused('type_error', 'This is no whole number.', { expected });
  return /^0\d/.test(value)
    ? refused('type_error', 'The number begins with a zero.', {
        expected,
        suggestion: value.replace(/^0+/, ''),
      })
    : refused('number_out_of_range', 'The number is out of range.', { expected });
}

/** `cm_<slug of the article>_<number>` */
export function readCommentId(value: string): FieldReading {
  if (value === '') return { value: null };
  if (value.length <= 250 && COMMENT_ID.test(value)) return { value };
  return refused('pattern', 'This is no id of a comment.', {
    expected: 'cm_{slug of the article}_{number from 1}',
  });
}

/** Slug of the article that a good comment id names. */
export function slugOfCommentId(id: string): string {
  return id.slice('cm_'.length, id.lastIndexOf('_'));
}
