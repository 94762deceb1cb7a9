import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError } from '#platform/errors.ts';

/** Query parameters of every list; spread them into its query schema. */
export const pagingParameters = {
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Items of a page' }),
  cursor: Type.Optional(
    Type.String({ maxLength: 2000, description: '`meta.next_cursor` of the page before this one' }),
  ),
  offset: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Items to leave out, without a cursor' }),
  ),
};

interface CursorFormat<Position> {
  /** Opaque text for `meta.next_cursor`. */
  encode(position: Position): string;
  /** Throws AppError invalid_cursor when the text was not made by `encode`. */
  decode(text: string): Position;
}

/** The cursor of one kind of list: base64url of JSON, checked against `schema` when it comes back. */
export function cursorFormat<Schema extends TSchema>(schema: Schema): CursorFormat<Static<Schema>> {
  const validator = Compile(schema);
  return {
    encode: (position) => Buffer.from(JSON.stringify(position)).toString('base64url'),
    decode(text) {
      const position = parseJson(Buffer.from(text, 'base64url').toString());
      if (!validator.Check(position)) {
        const message = 'This cursor was not made by this list. Begin again without a cursor.';
        throw new AppError('invalid', 'invalid_cursor', message);
      }
      return position;
    },
  };
}

/** Announces the next page by `Link: <…>; rel="next"`: the same request with `cursor` in place of its own. */
export function linkNextPage(request: FastifyRequest, reply: FastifyReply, cursor: string | null): void {
  if (cursor === null) return;
  const [path = '', query = ''] = request.url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.delete('offset');
  parameters.set('cursor', cursor);
  void reply.header('link', `<${path}?${parameters.toString()}>; rel="next"`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
