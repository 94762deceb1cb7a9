import { Transform } from 'node:stream';
import type { ExportPlan } from './export-plan.query.ts';

const BYTE_ORDER_MARK = '\uFEFF';
const BUFFER_BYTES = 256 * 1024;

/** Puts around the rows of the database what makes a file of them; the rows themselves pass untouched. */
export function framedRows(plan: ExportPlan): Transform {
  const { before, after, commas } = frameOf(plan);
  let unwanted = commas;
  const frame = new Transform({
    readableHighWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      const rest = chunk.subarray(unwanted);
      unwanted = 0;
      done(null, rest);
    },
    flush: (done) => done(null, after),
  });
  // Before any row: the first byte is quick, however long the first row takes.
  if (before !== '') frame.push(before);
  return frame;
}

/** commas: how many the first row begins with. */
function frameOf({ format, columns, isForExcel }: ExportPlan): {
  readonly before: string;
  readonly after: string;
  readonly commas: number;
} {
  if (format === 'ndjson') return { before: '', after: '', commas: 0 };
  if (format === 'json') return { before: '[', after: ']\n', commas: 1 };
  const heading = columns.map(({ name }) => name).join(format === 'tsv' ? '\t' : ',');
  const before = isForExcel ? `${BYTE_ORDER_MARK}${heading}\r\n` : `${heading}\n`;
  return { before, after: '', commas: 0 };
}
