import { AppError } from '#platform/errors.ts';
import type { SourceFile } from '../ingestion/source-file.ts';
import { type FoundTable, readTable, type Wanted } from './find-table.ts';
import { missingColumns } from './map-columns.ts';
import type { Resource } from './resource.ts';

const NO_TABLE: ReadonlySet<string> = new Set(['missing_header', 'duplicate_header', 'not_text']);

/**
 * Of each workbook among the files the one sheet that has the columns of the resource, or the sheets that are called
 * after it; every other file as it is. Throws AppError unprocessable `sheet_ambiguous` where several have them, and
 * what reading them throws.
 */
export async function chooseSheets(files: readonly SourceFile[], wanted: Wanted): Promise<SourceFile[]> {
  const chosen: SourceFile[] = [];
  for (const [workbook, sheets] of Map.groupBy(files, workbookOf)) {
    const named = sheets.filter((sheet) => isSheetOf(sheet, wanted.resource));
    if (workbook === null || sheets.length === 1) chosen.push(...sheets);
    else if (named.length > 0) chosen.push(...named);
    else chosen.push(await oneSheet(workbook, sheets, wanted));
  }
  return chosen;
}

/** Whether a sheet is called after the resource: `users`, `Users 2`. */
export function isSheetOf({ sheet }: SourceFile, { name }: Resource): boolean {
  return sheet !== undefined && new RegExp(`^${name}([^a-z].*)?$`, 'i').test(sheet.trim());
}

/** null: the file is no sheet. */
function workbookOf({ name, sheet }: SourceFile): string | null {
  return sheet === undefined ? null : name.slice(0, -sheet.length - 1);
}

async function oneSheet(
  workbook: string,
  sheets: readonly SourceFile[],
  wanted: Wanted,
): Promise<SourceFile> {
  const { resource } = wanted;
  const fitting: SourceFile[] = [];
  for (const sheet of sheets) {
    const table = await readSheet(sheet, wanted);
    if (table !== null && missingColumns(resource, table.plan).length === 0) fitting.push(sheet);
  }
  const [first, ...others] = fitting;
  if (first === undefined) throw noSheet(workbook, sheets, resource);
  if (others.length > 0) throw severalSheets(workbook, fitting, resource);
  return first;
}

/** What a sheet shows; null for covers and notes, which are no tables. */
export async function readSheet(sheet: SourceFile, wanted: Wanted): Promise<FoundTable | null> {
  try {
    return await readTable(sheet, wanted);
  } catch (error) {
    if (error instanceof AppError && NO_TABLE.has(error.code)) return null;
    throw error;
  }
}

function noSheet(workbook: string, sheets: readonly SourceFile[], resource: Resource): AppError {
  const needed = missingColumns(resource, { header: [], places: [], unknown: [] });
  const names = sheets.map(({ sheet }) => sheet);
  const message =
    `No sheet of "${workbook}" has columns for ${needed.join(', ')}. Its sheets: ${names.slice(0, 50).join(', ')}. ` +
    `Add the columns, or call the sheet "${resource.name}" and say with "mapping" which columns they are.`;
  return new AppError('unprocessable', 'missing_columns', message, { missing: needed, sheets: names });
}

function severalSheets(workbook: string, sheets: readonly SourceFile[], resource: Resource): AppError {
  const names = sheets.map(({ sheet }) => sheet);
  const message =
    `Several sheets of "${workbook}" could be ${resource.name}: ${names.join(', ')}. ` +
    `Call those that are meant "${resource.name}" ("${resource.name} 2"), or leave one of them.`;
  return new AppError('unprocessable', 'sheet_ambiguous', message, { sheets: names });
}
