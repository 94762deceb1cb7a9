import { AppError } from '#platform/errors.ts';
import { createCellWriter } from '../../table/cell-writer.ts';
import type { TableHead } from '../../table/task-table.ts';
import type { GroupFigures } from './aggregate-shard.query.ts';
import { exactText, meanText } from './exact-number.ts';
import type { AggregatePlan, Computation } from './options.ts';

/** The lines of the result, written as the table is. Throws AppError unprocessable `not_writable`. */
export function groupLines(
  table: TableHead,
  { groupColumns, computations }: AggregatePlan,
): { readonly header: Buffer; line(group: GroupFigures): Buffer } {
  const writer = createCellWriter(table.dialect);

  const bytesOf = (cells: readonly string[]): Buffer => {
    const line = writer.cells(cells);
    const bytes = line === undefined ? undefined : writer.encode(line + table.lineBreak);
    if (bytes !== undefined) return bytes;
    const message = `A name or a cell of the result cannot be written as the file is (${table.dialect.encoding}).`;
    throw new AppError('unprocessable', 'not_writable', message, { field: 'options.compute' });
  };

  return {
    header: bytesOf([
      ...groupColumns.map((at) => table.columns[at] as string),
      ...computations.map(({ name }) => name),
    ]),
    line: (group) => bytesOf([...group.cells, ...computations.map((one) => figure(one, group))]),
  };
}

/** '' where there was no number. */
function figure({ compute, at }: Computation, { records, counts, numbers }: GroupFigures): string {
  if (compute === 'count') return String(at < 0 ? records : (counts.get(~at) ?? 0n));
  if (compute === 'count_distinct') return String(counts.get(at) ?? 0n);
  const found = numbers.get(at);
  if (found === undefined) return '';
  return compute === 'mean' ? meanText(found.sum, found.count) : exactText(found[compute]);
}
