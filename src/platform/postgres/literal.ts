import pg from 'pg';
import { AppError } from '../errors.ts';
import type { Sql } from './sql.ts';

/**
 * The statement with its values in its text, for the few that take no parameters. Values are texts, numbers and
 * booleans. Throws AppError invalid_request for a text with NUL, which would cut the statement off.
 */
export function inlineValues({ text, values }: Sql): string {
  return text.replaceAll(/\$(\d+)/g, (_, number: string) => literal(values[Number(number) - 1]));
}

function literal(value: unknown): string {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return `${value}`;
  if (typeof value !== 'string') throw new Error(`Not a value for a literal: ${typeof value}`);
  if (value.includes('\0')) {
    throw new AppError(
      'invalid',
      'invalid_request',
      'The request was not understood: a text holds a NUL byte.',
    );
  }
  return pg.escapeLiteral(value);
}
