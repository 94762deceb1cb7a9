import type { Static, TObject } from 'typebox';
import type { FieldError } from '#engine/ingestion/field-error.ts';
import type { SourceRecord } from '#engine/ingestion/source-record.ts';
import type { TableHead, TaskTable } from '../table/task-table.ts';

/** What a task can do with a table. Each operation is one file, and one line in the list of `index.ts`. */
export interface Operation<Options = unknown> {
  /** As callers name it, e.g. `sort`. */
  readonly id: string;
  /** One line. */
  readonly summary: string;
  /** What it does, what becomes of each record, what the result is. */
  readonly description: string;
  /** Every field described; shown by `GET /v1/operations`, checked before a task exists, defaults filled in. */
  readonly options: TObject;
  /** Options that work for some table. */
  readonly example: Readonly<Record<string, unknown>>;
  /** A second file comes with the first one, as the part `file2`. */
  readonly secondFile?: 'required';
  /**
   * Looks at the options beside the tables before a task exists, and once more before it runs. Throws AppError
   * unprocessable, e.g. by `columnAt` of `table/find-column.ts` for a column that is not there.
   */
  check?(options: Options, tables: TableHeads): void;
  /**
   * Does the work. Every record of every table is counted once in `task.ledger`; the run fails where the sums differ.
   * May run again from the start after a crash, in a folder and with a result of its own.
   */
  run(task: TaskRun<Options>): Promise<TaskOutcome>;
}

export interface TableHeads {
  readonly table: TableHead;
  readonly second: TableHead | undefined;
}

/** One attempt at a task. */
export interface TaskRun<Options = unknown> {
  readonly options: Options;
  readonly table: TaskTable;
  /** There where the operation requires a second file. */
  readonly second: TaskTable | undefined;
  readonly result: TaskResult;
  readonly ledger: TaskLedger;
  /**
   * A folder of this attempt on the local disk; made on the first call, removed with everything in it when the run is
   * over. A disk without room ends the task as `disk_full`.
   */
  scratchDir(): Promise<string>;
  /** Aborts on cancel, timeout, lost lease and shutdown. */
  readonly signal: AbortSignal;
  /**
   * What happens now, in a word or two (`sorting`), and how far. `read` of a table tells bytes and records by itself;
   * other steps must show some movement every few minutes, or the task counts as stuck.
   */
  progress(update: { readonly phase?: string; readonly records?: number }): void;
}

/** The file that comes of a task. Opened once, before the first byte. */
export interface TaskResult {
  open(form: ResultForm): void;
  /** Takes bytes without waiting; they are copied. Outside of `read` of a table, wait for `drained` now and then. */
  write(bytes: Uint8Array | string): void;
  /** Until the store has taken enough of what was written. Throws what the store throws. */
  drained(): Promise<void>;
}

export interface ResultForm {
  /** With the dot: `.csv`. */
  readonly extension: string;
  readonly contentType: string;
  /**
   * The result begins with a byte-order mark if this table does, and is UTF-16 if it is; then what is written is UTF-8. In
   * all other encodings bytes are written as they are to be.
   */
  readonly like?: Pick<TableHead, 'dialect' | 'hasMark'>;
}

/** What became of every record. */
export interface TaskLedger {
  /** Records that the result is made of. */
  use(records?: number): void;
  /** Records that the operation leaves out because that is its purpose; `reason` is a stable word: `filtered`, `duplicate`. */
  leaveOut(reason: string, records?: number): void;
  /** A record that cannot be worked on: listed with its errors, and kept in the rejects as it stands in the file. */
  reject(record: SourceRecord, errors: readonly FieldError[], table?: TaskTable): void;
}

export interface TaskOutcome {
  /** Records of the result. */
  readonly recordsWritten: number;
  /** Further facts for whoever asked, small and readable: `{ groups: 12 }`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An operation whose functions take the static type of its options. */
export function defineOperation<Schema extends TObject>(
  operation: Omit<Operation<Static<Schema>>, 'options'> & { readonly options: Schema },
): Operation {
  return operation;
}
