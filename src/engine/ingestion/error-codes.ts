/** Where in a file the fault lies. */
export type ErrorCategory =
  | 'file'
  | 'structure'
  | 'type'
  | 'constraint'
  | 'reference'
  | 'duplicate'
  | 'system';

/** Which step of the import met it. */
export type ErrorPhase = 'decode' | 'parse' | 'map' | 'validate' | 'load';

interface ErrorCodeFacts {
  readonly category: ErrorCategory;
  readonly phase: ErrorPhase;
  /** What is wrong, then what to do about it: the message where nothing more exact is known. */
  readonly message: string;
}

function code(category: ErrorCategory, phase: ErrorPhase, message: string): ErrorCodeFacts {
  return { category, phase, message };
}

/** Every code a refused record can carry. Codes are stable and never localised; a new one needs its line here. */
export const ERROR_CODES = {
  encoding_error: code(
    'file',
    'decode',
    'The text is not in the declared encoding. Save the file as UTF-8 and send it again.',
  ),
  compression_error: code('file', 'decode', 'The compressed data is damaged. Pack the file again.'),
  too_large: code('file', 'decode', 'The content is larger than allowed. Split the file.'),

  line_too_long: code(
    'structure',
    'parse',
    'The record is longer than a line may be. Look for a quote that is never closed, or shorten it.',
  ),
  unclosed_quote: code(
    'structure',
    'parse',
    'A quoted cell is never closed. Close it, or double the quotes inside it.',
  ),
  stray_quote: code(
    'structure',
    'parse',
    'A quote stands inside a cell that is not quoted as a whole. Quote the whole cell and double the quote.',
  ),
  too_many_columns: code(
    'structure',
    'parse',
    'The record has more cells than a file may have columns. Check the separator.',
  ),
  missing_cell: code('structure', 'parse', 'The record has too few cells. Add the missing ones.'),
  extra_cell: code(
    'structure',
    'parse',
    'The record has too many cells. Quote cells that contain the separator.',
  ),
  json_invalid: code('structure', 'parse', 'The line is not one JSON object. Correct its syntax.'),

  blank_header: code('structure', 'map', 'A column has no name in the header. Give it one.'),
  duplicate_header: code('structure', 'map', 'Two columns have the same name. Rename one of them.'),
  missing_column: code('structure', 'map', 'A column that is needed is missing. Add it to the header.'),
  unknown_column: code('structure', 'map', 'There is no field of that name. Rename or remove the column.'),

  type_error: code('type', 'validate', 'The value has the wrong type. Give one of the expected type.'),
  number_out_of_range: code('type', 'validate', 'The number is out of range. Give one within the range.'),
  date_ambiguous: code('type', 'validate', 'Day and month cannot be told apart. Write dates as YYYY-MM-DD.'),
  invalid_character: code(
    'type',
    'validate',
    'The text contains a character that cannot be stored. Remove NUL characters and half surrogate pairs.',
  ),

  required: code('constraint', 'validate', 'The field is required. Give a value.'),
  enum: code('constraint', 'validate', 'The value is not one of those allowed. Use one of the list.'),
  pattern: code('constraint', 'validate', 'The value does not have the required form. Correct it.'),
  length: code('constraint', 'validate', 'The value is too short or too long. Change its length.'),
  invalid_gender: code('constraint', 'validate', 'The gender is not one that the file format knows.'),
  invalid_name: code(
    'constraint',
    'validate',
    'The name is empty, longer than 100 characters or contains control characters.',
  ),
  invalid_year: code('constraint', 'validate', 'The year is not one that the file format can contain.'),
  invalid_count: code('constraint', 'validate', 'The count is not a whole number from 1 to 2147483647.'),
  check_violation: code('constraint', 'load', 'A rule of the database refuses the record. Correct it.'),

  duplicate_in_file: code(
    'duplicate',
    'load',
    'An earlier record of the file has the same key. Keep one of them.',
  ),
  duplicate_in_target: code(
    'duplicate',
    'load',
    'A record with this key exists already. Update it, or skip.',
  ),
  id_mismatch: code(
    'duplicate',
    'load',
    'The key belongs to a record with another id. An id never changes: leave it out, or correct it.',
  ),
  reference_missing: code(
    'reference',
    'load',
    'The record refers to one that does not exist. Load that one first.',
  ),
  system_error: code('system', 'load', 'The record could not be stored for a reason on our side. Try again.'),
} as const satisfies Readonly<Record<string, ErrorCodeFacts>>;

export type ErrorCode = keyof typeof ERROR_CODES;
