import { CFB, utils, type WorkBook, type WorkSheet, write } from '@e965/xlsx';
import { craftZip } from './crafted-zip.ts';

export type BookType = 'xlsx' | 'xlsm' | 'xlsb' | 'biff8' | 'biff5' | 'ods';
export type Rows = readonly (readonly unknown[])[];

/** A sheet with these rows; its upper left cell is `origin`. */
export function sheetOf(rows: Rows, origin = 'A1'): WorkSheet {
  return utils.sheet_add_aoa({}, rows as unknown[][], { origin });
}

export function bookOf(sheets: Readonly<Record<string, WorkSheet>>): WorkBook {
  return { SheetNames: Object.keys(sheets), Sheets: { ...sheets } };
}

export function written(
  book: WorkBook,
  bookType: BookType = 'xlsx',
  options: { readonly bookSST?: boolean } = {},
): Buffer {
  return write(book, { type: 'buffer', bookType, ...options }) as Buffer;
}

export function workbook(sheets: Readonly<Record<string, WorkSheet>>, bookType: BookType = 'xlsx'): Buffer {
  return written(bookOf(sheets), bookType);
}

/** A workbook with other parts, or with headers that lie. */
export function repacked(
  book: Buffer,
  parts: Readonly<Record<string, Buffer>>,
  headers: Readonly<Record<string, { readonly crc32?: number; readonly size?: number }>> = {},
): Buffer {
  const archive = CFB.read(book, { type: 'buffer' }) as {
    readonly FileIndex: readonly { readonly content: Uint8Array }[];
    readonly FullPaths: readonly string[];
  };
  const files = archive.FullPaths.map((path, at) => ({
    name: path.replace(/^Root Entry\//, ''),
    data: Buffer.from(archive.FileIndex[at]?.content ?? []),
  })).filter(({ name }) => name !== '' && !name.endsWith('/') && !name.includes('Sh33tJ5'));
  return craftZip(files.map(({ name, data }) => ({ name, data: parts[name] ?? data, ...headers[name] })));
}

export function encryptedWorkbook(): Buffer {
  const container = CFB.utils.cfb_new();
  CFB.utils.cfb_add(container, '/EncryptionInfo', Buffer.from([4, 0, 4, 0, 0x40, 0, 0, 0]));
  CFB.utils.cfb_add(container, '/EncryptedPackage', Buffer.alloc(5000, 7));
  return Buffer.from(CFB.write(container, { type: 'buffer' }) as Uint8Array);
}

export function oldDocument(): Buffer {
  const container = CFB.utils.cfb_new();
  CFB.utils.cfb_add(container, '/WordDocument', Buffer.alloc(5000, 7));
  return Buffer.from(CFB.write(container, { type: 'buffer' }) as Uint8Array);
}
