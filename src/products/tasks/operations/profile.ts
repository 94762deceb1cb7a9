import { type Static, Type } from 'typebox';
import { OneOf } from '#platform/http/schemas.ts';
import { type ColumnProfiler, createColumnProfiler } from './profile/column-profile.ts';
import { profilePage } from './profile/profile-page.ts';
import type { TableProfile } from './profile/table-profile.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';

const Options = Type.Object(
  {
    as: OneOf(['json', 'html'], {
      default: 'json',
      description: 'html: a page to read, complete in one file',
    }),
    top: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 100,
      description: 'How many values and patterns are listed',
    }),
  },
  { additionalProperties: false },
);
type Options = Static<typeof Options>;

/** Different texts that are counted one by one: of a column, and of all columns together. */
const COLUMN_CAPACITY = 4096;
const TABLE_CAPACITY = 200_000;
const LEAST_CAPACITY = 128;

const LINE_BREAKS = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' } as const;

/** What a table holds, column by column. */
export const profile = defineOperation({
  id: 'profile',
  summary: 'What each column holds: type with its evidence, empty cells, values, lengths, patterns',
  description:
    'Reads the whole file and says of each column how many cells are empty, what the others look like (`integer`, ' +
    '`decimal`, `code` for digits that begin with 0, `boolean`, `date`, `time`, `uuid`, `email`, `url`, `text`) with the ' +
    'first exceptions and their lines, how many are different (exact up to some thousands, then within about 3 %), the ' +
    'smallest and largest, lengths, the most frequent values and patterns. The result is JSON or a page (`as`).',
  options: Options,
  example: { as: 'html' },
  run: profileTable,
});

async function profileTable({ table, options, result, ledger }: TaskRun<Options>): Promise<TaskOutcome> {
  const share = Math.floor(TABLE_CAPACITY / Math.max(1, table.columns.length));
  const capacity = Math.min(COLUMN_CAPACITY, Math.max(LEAST_CAPACITY, share));
  const profilers: ColumnProfiler[] = table.columns.map((name, at) =>
    createColumnProfiler(at + 1, name, { capacity, top: options.top }),
  );
  let records = 0;
  await table.read({
    record({ cells, lineStart }) {
      for (let at = 0; at < profilers.length; at++)
        (profilers[at] as ColumnProfiler).add(cells[at] as string, lineStart);
      records++;
      ledger.use();
    },
  });
  const found: TableProfile = {
    file: {
      name: table.filename,
      format: table.format,
      encoding: table.dialect.encoding,
      separator: table.format === 'csv' ? table.dialect.separator : null,
      line_break: LINE_BREAKS[table.lineBreak],
    },
    records,
    columns: profilers.map((profiler) => profiler.profile()),
  };
  const isPage = options.as === 'html';
  result.open(
    isPage
      ? { extension: '.html', contentType: 'text/html; charset=utf-8' }
      : { extension: '.json', contentType: 'application/json' },
  );
  if (isPage) for (const piece of profilePage(found)) result.write(piece);
  else result.write(`${JSON.stringify(found, null, 2)}\n`);
  return { recordsWritten: table.columns.length };
}
