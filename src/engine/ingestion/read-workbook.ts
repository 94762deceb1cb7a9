import { type DenseWorkSheet, read, set_cptable, type WorkBook } from '@e965/xlsx';
import * as codePages from '@e965/xlsx/dist/cpexcel.full.mjs';
import { sheetText, SheetTooLargeError } from './sheet-text.ts';

/** A sheet as CSV. */
export interface SheetText {
  readonly name: string;
  readonly text: Uint8Array<ArrayBuffer>;
}

/** Why a workbook cannot be read. */
export interface WorkbookFault {
  readonly fault: 'encrypted' | 'damaged' | 'no_workbook' | 'too_large';
  /** For people. */
  readonly reason: string;
}

export interface TextForm {
  readonly evenRows: boolean;
  /** Of all sheets together. */
  readonly maxBytes: number;
}

// Workbooks of before 1997 are in 8-bit encodings.
set_cptable(codePages);

const NO_EXTRAS = { cellFormula: false, cellHTML: false, cellText: false, bookVBA: false } as const;

/** The names of all sheets, hidden ones too. Synchronous; `bytes`: as `unpackWorkbook` answers them. */
export function sheetNames(bytes: Buffer): string[] | WorkbookFault {
  return reading(() => read(bytes, { type: 'buffer', bookSheets: true }).SheetNames);
}

/** All sheets as texts. Synchronous, up to seconds; nothing in the workbook is run. */
export function sheetTexts(bytes: Buffer, { evenRows, maxBytes }: TextForm): SheetText[] | WorkbookFault {
  return reading(() => {
    const book = read(bytes, { type: 'buffer', dense: true, cellNF: true, ...NO_EXTRAS });
    const startsIn1904 = book.Workbook?.WBProps?.date1904 === true;
    let left = maxBytes;
    return book.SheetNames.map((name) => {
      const text = sheetText(sheetOf(book, name), { startsIn1904, evenRows, maxBytes: left });
      left -= text.length;
      return { name, text: new Uint8Array(text) };
    });
  });
}

/** A sheet that cannot be read is left out without a word. */
function sheetOf(book: WorkBook, name: string): DenseWorkSheet {
  const sheet = book.Sheets[name];
  if (sheet === undefined) throw new Error(`the sheet "${name}" cannot be read`);
  return sheet as DenseWorkSheet;
}

function reading<T>(work: () => T): T | WorkbookFault {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof SheetTooLargeError) return { fault: 'too_large', reason };
    if (/password|encrypt/i.test(reason)) return { fault: 'encrypted', reason };
    if (/cannot find workbook|could not find workbook|unsupported (zip|file)/i.test(reason))
      return { fault: 'no_workbook', reason };
    return { fault: 'damaged', reason };
  }
}
