import type { FieldError } from '../ingestion/field-error.ts';

/** What a cell becomes: the stored text (null: an empty text counts as no value), or what is wrong with it. */
export type FieldReading = { readonly value: string | null } | { readonly fault: FieldFault };

/** A fault of one value; where it stood is added by the reader. */
export type FieldFault = Pick<FieldError, 'code' | 'message' | 'expected' | 'suggestion'>;

/** A column of files, exports and the API. */
export interface ResourceField {
  /** As in files, filters and answers. */
  readonly name: string;
  /** Type of the column in PostgreSQL; `text[]` for lists. */
  readonly type: 'text' | 'uuid' | 'bigint' | 'timestamptz' | 'text[]';
  /** A new record must have a value. */
  readonly isRequired?: boolean;
  /** Stored where a new record has no value. */
  readonly whenAbsent?: string;
  /**
   * Checks a value that is there and puts it into its stored form (`{a,b}` for lists, as PostgreSQL writes arrays).
   * Synchronous, throws nothing; called a million times a file.
   */
  readonly read: (value: string) => FieldReading;
  /** For `text[]` only: `read` for a list that is there element by element, as in a JSON array. `read` takes one cell. */
  readonly readList?: (elements: readonly string[]) => FieldReading;
  /**
   * Called once for each reading of a file (it may count): what turns a value that must not be kept (a password) into
   * one that may, off the event loop; `read` has passed. An AppError ends the import. Such a field is blanked in errors
   * and rejects, is never exported, and the upload that has it is removed when its import ends.
   */
  readonly protector?: () => (value: string) => string | Promise<string>;
  /** Name of the column in the table, where it is another one. */
  readonly column?: string;
  readonly description: string;
}

/** Fields that name a record of another resource: one of them must have a value. */
export interface ResourceReference {
  /** The column that holds the id, e.g. `author_id`; it is a field too. */
  readonly column: string;
  readonly table: string;
  /** The field with a natural key in place of the id, e.g. `author`. It is in files only, not in the table. */
  readonly byKey: string;
  /** Columns of the other table that such a key may stand in, tried in this order, e.g. `email`, `username`. */
  readonly keyColumns: readonly string[];
}

/** What can be moved in and out in bulk; a further one is one file. */
export interface Resource {
  /** `users`; also the name of the table. */
  readonly name: string;
  /** In the order of exports. */
  readonly fields: readonly ResourceField[];
  /** The column that `on_conflict` looks at. */
  readonly naturalKey: string;
  /** Columns with a unique index, `id` and the natural key among them. */
  readonly unique: readonly string[];
  readonly references: readonly ResourceReference[];
  /**
   * How a record without an id gets one. uuid: version 5 of import and record number. sequence: the next number.
   * comment: `cm_<slug of its article>_<number>`.
   */
  readonly madeId: 'uuid' | 'sequence' | 'comment';
  /** Rules that look at several values of a record, by field name; stored forms, null where empty. */
  readonly check?: (values: Readonly<Record<string, string | null | undefined>>) => readonly (FieldFault & {
    readonly field: string;
  })[];
}
