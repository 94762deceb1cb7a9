import { Type } from 'typebox';
import { invalidRequest } from '#platform/errors.ts';
import { readTime } from '../fields/time-field.ts';

const Moment = Type.String({ maxLength: 40, examples: ['2024-05-01T12:30:00Z'] });

/** Query parameters of every list of content. */
export const timeParameters = {
  created_after: Type.Optional(Moment),
  created_before: Type.Optional(Moment),
  updated_after: Type.Optional(Moment),
};

/** A word to look for. PostgreSQL has no text with NUL in it. */
export const Word = Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000]+$' });

export const UserWord = Type.String({ ...Word, description: 'Id, e-mail address or user name' });

interface TimeQuery {
  readonly created_after?: string;
  readonly created_before?: string;
  readonly updated_after?: string;
}

/** The moments of a query in the form of its conditions. Throws AppError invalid_request. */
export function timeFilter(query: TimeQuery): {
  readonly createdAfter: string | undefined;
  readonly createdBefore: string | undefined;
  readonly updatedAfter: string | undefined;
} {
  return {
    createdAfter: moment('created_after', query.created_after),
    createdBefore: moment('created_before', query.created_before),
    updatedAfter: moment('updated_after', query.updated_after),
  };
}

function moment(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const reading = readTime(text);
  if ('fault' in reading) throw invalidRequest(name, `must be a time such as ${reading.fault.expected}`);
  return reading.value ?? undefined;
}
