import { type Static, Type } from 'typebox';
import { ENCODINGS } from '#engine/ingestion/dialect.ts';
import { OneOf } from '#platform/http/schemas.ts';

/** How a caller says that a file is to be read. What is left out is told by the content. */
export const TableInput = Type.Object(
  {
    format: Type.Optional(
      OneOf(['csv', 'ndjson', 'json'], {
        description: 'csv: any delimited text, TSV too; ndjson: an object a line; json: an array of objects',
      }),
    ),
    separator: Type.Optional(
      Type.String({
        pattern: '^[\\x01-\\x09\\x0b\\x0c\\x0e-\\x21\\x23-\\x26\\x28-\\x7e]$',
        description: 'What stands between cells: one ASCII character but quotes and line breaks',
      }),
    ),
    quote: Type.Optional(OneOf(['"', "'", 'none'], { description: 'none: a quote is a letter' })),
    encoding: Type.Optional(OneOf(ENCODINGS)),
    header: Type.Optional(
      Type.Boolean({ description: 'false: the first line is a record, columns are called `_1`, `_2`, …' }),
    ),
    part: Type.Optional(
      Type.String({
        maxLength: 1000,
        description: 'The file in an archive or the sheet of a workbook; else the only file, the first sheet',
      }),
    ),
  },
  { additionalProperties: false, description: 'How the file is to be read; what is left out is detected' },
);
export type TableInput = Static<typeof TableInput>;
