import type { LineBreak, RawRecord } from '#engine/ingestion/delimited-reader.ts';
import type { Dialect } from '#engine/ingestion/dialect.ts';

/**
 * A record that is whole and has as many cells as the table has columns. One object for all records: valid until
 * `record` of the visitor returns. All cells are text; `raw()` is a copy of its bytes as they stand in the file, without
 * the line break.
 */
export interface TableRecord extends RawRecord {
  /** The JSON object that the record was made of, as it stands in the file; undefined unless the file holds objects. */
  readonly object?: () => Buffer;
}

export interface TableVisitor {
  /** Every record in file order. Must not keep the record. */
  readonly record: (record: TableRecord) => void;
  /**
   * After each piece of the file (about 256 KiB): the place to wait, e.g. for a database. What was written to the
   * result is waited for by the table itself. `enough` ends the reading.
   */
  readonly piece?: () => Promise<void | 'enough'>;
}

export interface ReadOptions {
  /**
   * What becomes of records with fewer or more cells than columns. `reject` (default): they are listed as
   * `missing_cell` or `extra_cell` and go to the rejects. `hand over`: the visitor gets them as they are.
   */
  readonly ragged?: 'reject' | 'hand over';
  /** The file was read before: records are not counted, and what is wrong with them is not listed once more. */
  readonly isRepeat?: boolean;
}

/** What the start of an uploaded file tells of its table. */
export interface TableHead {
  /** As the client called it; for people, never a path. */
  readonly filename: string;
  /** What the file is. Objects (ndjson, json) and sheets are handed out as records in `dialect`, made here. */
  readonly format: 'csv' | 'ndjson' | 'json' | 'sheet';
  /**
   * How the bytes of the header and of all records are written. Of UTF-16 they are UTF-8 on the way through; a result
   * that is opened `like` the table is UTF-16 again.
   */
  readonly dialect: Dialect & Required<Pick<Dialect, 'quote' | 'encoding'>>;
  /** Names as they stand in the header, also empty or equal ones; without a header `_1`, `_2`, … */
  readonly columns: readonly string[];
  /** False: the names come from the beginning of the file, and further ones may follow (objects). */
  readonly hasAllColumns: boolean;
  /** The bytes of the header without its line break; null: the file has none. */
  readonly header: Buffer | null;
  /** That of the first line. */
  readonly lineBreak: LineBreak;
  /** The file begins with a byte-order mark. */
  readonly hasMark: boolean;
}

/** An uploaded file as a table, in memory that does not depend on its size. */
export interface TaskTable extends TableHead {
  readonly hasAllColumns: true;
  /**
   * Reads all records, one after the other. Counts them, lists what is not well-formed and puts it into the rejects, and
   * tells the progress. Throws what reading throws, and the reason of the task's signal.
   */
  read(visitor: TableVisitor, options?: ReadOptions): Promise<void>;
}
