import type { ResultForm } from '../operations/operation.ts';
import type { TableHead } from './task-table.ts';

/** The form of a result that is written as its table is. */
export function formLike(table: TableHead): ResultForm {
  const { separator, encoding } = table.dialect;
  const isTabbed = separator === '\t';
  return {
    extension: isTabbed ? '.tsv' : '.csv',
    contentType: `${isTabbed ? 'text/tab-separated-values' : 'text/csv'}; charset=${encoding}`,
    like: table,
  };
}
