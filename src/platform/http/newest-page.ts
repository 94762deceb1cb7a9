import { Type } from 'typebox';
import type { ListPage, Positioned } from '#platform/postgres/newest-first.ts';
import { cursorFormat } from './paging.ts';
import { Uuid } from './schemas.ts';

/** As `pagingParameters` are read. */
interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly offset?: number | undefined;
}

const cursors = cursorFormat(Type.Object({ at: Type.String({ format: 'date-time' }), id: Uuid }));

/**
 * A page of a list that has the newest first, and the cursor of the next one, null behind the last. `find` is asked for
 * one row more than shown. Throws AppError invalid_cursor.
 */
export async function newestPage<Row extends object>(
  { limit, cursor, offset = 0 }: PageQuery,
  find: (page: ListPage) => Promise<Positioned<Row>[]>,
): Promise<{ rows: Row[]; nextCursor: string | null }> {
  const after = cursor === undefined ? undefined : cursors.decode(cursor);
  const found = await find({ limit: limit + 1, offset: after ? 0 : offset, after });
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return {
    rows: shown.map(({ position: _position, ...row }) => row as unknown as Row),
    nextCursor: last ? cursors.encode(last.position) : null,
  };
}
