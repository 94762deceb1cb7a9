import type { Database } from '#platform/postgres/database.ts';
import { findRejectChunk, listRejectReasons, type RejectReason } from './rejects.query.ts';

/** Walks along the refused records of an import, in memory that does not depend on their number. */
export interface RejectCursor {
  /** Makes sure that `take` knows all records up to this number. */
  ensure(record: number): Promise<void>;
  /** Why a record was refused, in words; undefined for one that was not. Numbers asked for must rise. */
  take(record: number): readonly string[] | undefined;
  /** No refused record is left. */
  readonly isDone: boolean;
}

const REASONS_PER_PAGE = 5000;
const NOT_LISTED = 'There were more errors than the report lists; its summary counts them.';

/** `reportNo` null: there is no report, and reasons are not told. */
export function createRejectCursor(db: Database, importNo: number, reportNo: number | null): RejectCursor {
  const records: Lookahead<number> = createLookahead((number) => number);
  const reasons: Lookahead<RejectReason> = createLookahead(({ record }) => record);
  let chunk = -1;
  let seq = 0;
  if (reportNo === null) reasons.close();

  return {
    get isDone() {
      return records.isEmpty();
    },
    async ensure(record) {
      while (!records.reaches(record)) {
        const next = await findRejectChunk(db, importNo, chunk);
        if (!next) records.close();
        else {
          ({ chunk } = next);
          records.add(next.records);
        }
      }
      while (!reasons.reaches(record)) {
        const page = await listRejectReasons(db, reportNo as number, { after: seq, limit: REASONS_PER_PAGE });
        seq = page.at(-1)?.seq ?? seq;
        if (page.length === 0) reasons.close();
        else reasons.add(page);
      }
    },
    take(record) {
      if (records.takeAt(record).length === 0) return undefined;
      const found = reasons.takeAt(record);
      if (found.length === 0) return [NOT_LISTED];
      return found.map(({ field, message }) => (field === null ? message : `${field}: ${message}`));
    },
  };
}

/** Items in the order of their records, of which the next ones are in memory. */
interface Lookahead<Item> {
  add(items: readonly Item[]): void;
  /** No more will come. */
  close(): void;
  /** All items up to a record are in memory. */
  reaches(record: number): boolean;
  /** Nothing is left, and nothing will come. */
  isEmpty(): boolean;
  /** The items of a record; those of earlier ones are forgotten. */
  takeAt(record: number): readonly Item[];
}

function createLookahead<Item>(recordOf: (item: Item) => number): Lookahead<Item> {
  let items: readonly Item[] = [];
  let at = 0;
  let isClosed = false;
  const recordAt = (place: number): number => {
    const item = items[place];
    return item === undefined ? Infinity : recordOf(item);
  };
  return {
    add(more) {
      items = [...items.slice(at), ...more];
      at = 0;
    },
    close() {
      isClosed = true;
    },
    // Errors of one record may go on in the next page.
    reaches: (record) => isClosed || (items.length > at && recordAt(items.length - 1) > record),
    isEmpty: () => isClosed && at === items.length,
    takeAt(record) {
      while (recordAt(at) < record) at++;
      const start = at;
      while (recordAt(at) === record) at++;
      return items.slice(start, at);
    },
  };
}
