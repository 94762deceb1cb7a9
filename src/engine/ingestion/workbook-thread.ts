import { parentPort } from 'node:worker_threads';
import {
  sheetNames,
  sheetTexts,
  type SheetText,
  type TextForm,
  type WorkbookFault,
} from './read-workbook.ts';

export interface WorkbookTask {
  /** As `unpackWorkbook` answers them. */
  readonly bytes: Uint8Array;
  /** null: the names of the sheets are enough. */
  readonly texts: TextForm | null;
}

export type WorkbookAnswer =
  | { readonly names: readonly string[] }
  | { readonly sheets: readonly SheetText[] }
  | WorkbookFault;

parentPort?.on('message', ({ bytes, texts }: WorkbookTask) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (texts === null) {
    const names = sheetNames(buffer);
    return answer(Array.isArray(names) ? { names } : names, []);
  }
  const sheets = sheetTexts(buffer, texts);
  return answer(Array.isArray(sheets) ? { sheets } : sheets, Array.isArray(sheets) ? sheets : []);
});

function answer(message: WorkbookAnswer, sheets: readonly SheetText[]): void {
  parentPort?.postMessage(
    message,
    sheets.map(({ text }) => text.buffer),
  );
}
