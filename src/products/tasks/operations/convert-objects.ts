import type { TableHead, TableRecord } from '../table/task-table.ts';
import type { RecordForm } from './convert-delimited.ts';
import type { ConvertOptions } from './convert.ts';

/** An object for each record: one a line, or all of them in an array. */
export function objectForm({ to, empty = 'text' }: ConvertOptions, { columns }: TableHead): RecordForm {
  const names = columns.map((name) => `${JSON.stringify(name)}:`);
  const objectOf = (record: TableRecord): Buffer | string => record.object?.() ?? textOf(record);

  function textOf(record: TableRecord): string {
    const { cells } = record;
    let text = '';
    for (let at = 0; at < names.length; at++) {
      const cell = cells[at] as string;
      const isNothing = empty !== 'text' && cell === '' && !record.quoted(at);
      if (isNothing && empty === 'leave_out') continue;
      text += (text === '' ? '' : ',') + (names[at] as string) + (isNothing ? 'null' : JSON.stringify(cell));
    }
    return `{${text}}`;
  }

  if (to === 'ndjson') {
    return {
      result: { extension: '.ndjson', contentType: 'application/x-ndjson; charset=utf-8' },
      head: '',
      tail: '',
      record: (record) => joined('', objectOf(record), '\n'),
    };
  }
  return {
    result: { extension: '.json', contentType: 'application/json; charset=utf-8' },
    head: '[',
    tail: '\n]\n',
    record: (record, isFirst) => joined(isFirst ? '\n' : ',\n', objectOf(record), ''),
  };
}

function joined(before: string, object: Buffer | string, after: string): Buffer | string {
  if (typeof object === 'string') return before + object + after;
  return Buffer.concat([Buffer.from(before), object, Buffer.from(after)]);
}
